/**
 * A FlatBuffers table, read without trust: every offset is checked against the bytes it must lie in. What Arrow's own decoder makes
 * of a damaged message is unbounded loops. Layout: https://flatbuffers.dev/internals
 */
export class FlatTable {
  readonly #bytes: DataView
  /** Where it stands. */
  readonly at: number
  readonly #vtable: number
  readonly #slots: number

  constructor(bytes: DataView, at: number) {
    this.#bytes = bytes
    this.at = at
    this.#vtable = at - bytes.getInt32(at, true)
    this.#slots = bytes.getUint16(this.#vtable, true)
    bytes.getUint8(this.#vtable + this.#slots - 1)
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  byte(field: number): number {
    const at = this.#place(field)
    return at === 0 ? 0 : this.#bytes.getUint8(at)
  }

  long(field: number): number {
    const at = this.#place(field)
    return at === 0 ? 0 : Number(this.#bytes.getBigInt64(at, true))
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field)
    return at === 0 ? undefined : new FlatTable(this.#bytes, at + this.#bytes.getUint32(at, true))
  }

  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, i) => {
      const at = start + 4 * i
      return new FlatTable(this.#bytes, at + this.#bytes.getUint32(at, true))
    })
  }

  /** Pairs of longs: what Arrow's nodes and buffers are. */
  pairs(field: number): [number, number][] {
    const { start, length } = this.#vector(field, 16)
    return Array.from({ length }, (_, i) => [
      Number(this.#bytes.getBigInt64(start + 16 * i, true)),
      Number(this.#bytes.getBigInt64(start + 16 * i + 8, true)),
    ])
  }

  #vector(field: number, itemBytes: number): { start: number; length: number } {
    const at = this.#place(field)
    if (at === 0) return { start: 0, length: 0 }
    const start = at + this.#bytes.getUint32(at, true)
    const length = this.#bytes.getUint32(start, true)
    if (start + 4 + length * itemBytes > this.#bytes.byteLength) throw new RangeError('a list leaves the message')
    return { start: start + 4, length }
  }

  #place(field: number): number {
    const slot = 4 + 2 * field
    if (slot + 2 > this.#slots) return 0
    const offset = this.#bytes.getUint16(this.#vtable + slot, true)
    return offset === 0 ? 0 : this.at + offset
  }
}
