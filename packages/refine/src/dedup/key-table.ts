const chunkKeys = 1 << 16
const partitions = 256

/**
 * Keys of 64 bits and their places in the order in which they were added. The keys lie in chunks that never change, so that saving
 * is a view and forgetting the newest is a number; the index over them is in many small parts that grow one by one, so that none
 * takes long. Memory: 8 bytes a key, and 5 to 11 for the index.
 */
export class KeyTable {
  readonly #chunks: Uint32Array[] = []
  readonly #index = Array.from({ length: partitions }, () => new Int32Array(16))
  readonly #filled = new Int32Array(partitions)
  count = 0

  get bytes(): number {
    return this.#chunks.length * chunkKeys * 8 + this.#index.reduce((sum, part) => sum + part.byteLength, 0)
  }

  /** Place of a key; -1 where it is not there. */
  find(low: number, high: number): number {
    const index = this.#index[high & (partitions - 1)]!
    const mask = index.length - 1
    for (let slot = (low ^ (high >>> 8)) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const place = index[slot]! - 1
      const chunk = this.#chunks[place >>> 16]!
      const at = (place & (chunkKeys - 1)) * 2
      if (chunk[at] === low >>> 0 && chunk[at + 1] === high >>> 0) return place
    }
    return -1
  }

  /** Adds a key behind all others, whether it is there or not. */
  add(low: number, high: number): void {
    const place = this.count++
    if (place >>> 16 === this.#chunks.length) this.#chunks.push(new Uint32Array(chunkKeys * 2))
    const chunk = this.#chunks[place >>> 16]!
    const at = (place & (chunkKeys - 1)) * 2
    chunk[at] = low
    chunk[at + 1] = high
    const part = high & (partitions - 1)
    if (++this.#filled[part]! * 4 > this.#index[part]!.length * 3) this.#grow(part)
    insert(this.#index[part]!, low, high, place)
  }

  /** The keys as they are now, low and high by turns, little-endian. */
  save(): Uint8Array[] {
    const { count } = this
    return this.#chunks.slice(0, Math.ceil(count / chunkKeys)).map((chunk, i) => {
      const keys = Math.min(chunkKeys, count - i * chunkKeys)
      return new Uint8Array(chunk.buffer, 0, keys * 8)
    })
  }

  #grow(part: number): void {
    const before = this.#index[part]!
    const larger = new Int32Array(before.length * 2)
    for (const entry of before) {
      if (entry === 0) continue
      const chunk = this.#chunks[(entry - 1) >>> 16]!
      const at = ((entry - 1) & (chunkKeys - 1)) * 2
      insert(larger, chunk[at]!, chunk[at + 1]!, entry - 1)
    }
    this.#index[part] = larger
  }
}

function insert(index: Int32Array, low: number, high: number, place: number): void {
  const mask = index.length - 1
  let slot = (low ^ (high >>> 8)) & mask
  while (index[slot] !== 0) slot = (slot + 1) & mask
  index[slot] = place + 1
}
