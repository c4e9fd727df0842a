import { type Data, makeData, Utf8 } from 'apache-arrow'
import { GrowingBytes } from './growing.ts'

/** A column of text that grows value by value, from strings or from UTF-8, and is used again after `take`. */
export class Utf8Column {
  readonly bytes: GrowingBytes
  #offsets = new Int32Array(65)
  #valid = new Uint8Array(8)
  #nulls = 0
  rows = 0

  constructor(room = 1024) {
    this.bytes = new GrowingBytes(room)
  }

  /** Ends the value that was appended to `bytes`. */
  close(): void {
    const row = this.#next()
    this.#valid[row >> 3]! |= 1 << (row & 7)
  }

  closeNull(): void {
    this.#next()
    this.#nulls++
  }

  /** Lone surrogates become U+FFFD. */
  appendString(value: string | undefined): void {
    if (value === undefined) this.closeNull()
    else {
      this.bytes.appendString(value)
      this.close()
    }
  }

  appendBytes(value: Uint8Array): void {
    this.bytes.append(value)
    this.close()
  }

  /** Forgets what was appended after row `rows`. */
  truncate(rows: number): void {
    while (this.rows > rows) {
      this.rows--
      const bit = 1 << (this.rows & 7)
      if ((this.#valid[this.rows >> 3]! & bit) === 0) this.#nulls--
      this.#valid[this.rows >> 3]! &= ~bit
    }
    this.bytes.length = this.#offsets[rows]!
  }

  appendAll(other: Utf8Column): void {
    const base = this.bytes.length
    this.bytes.append(other.bytes.view())
    for (let row = 0; row < other.rows; row++) {
      const own = this.rows
      this.#grow()
      this.#offsets[own + 1] = base + other.#offsets[row + 1]!
      this.rows++
      if ((other.#valid[row >> 3]! & (1 << (row & 7))) === 0) this.#nulls++
      else this.#valid[own >> 3]! |= 1 << (own & 7)
    }
  }

  clear(): void {
    this.bytes.clear()
    this.#valid.fill(0)
    this.#nulls = 0
    this.rows = 0
  }

  /** The column as Arrow has it, in memory of its own; empty again after that. */
  take(): Data<Utf8> {
    const length = this.rows
    const data = makeData({
      type: new Utf8(),
      length,
      nullCount: this.#nulls,
      nullBitmap: this.#nulls === 0 ? null : this.#valid.slice(0, (length + 7) >> 3),
      valueOffsets: this.#offsets.slice(0, length + 1),
      data: this.bytes.take(),
    })
    this.clear()
    return data
  }

  #next(): number {
    const row = this.rows
    this.#grow()
    this.#offsets[row + 1] = this.bytes.length
    this.rows++
    return row
  }

  #grow(): void {
    if (this.rows + 2 <= this.#offsets.length) return
    const offsets = new Int32Array(2 * this.#offsets.length)
    offsets.set(this.#offsets)
    this.#offsets = offsets
    const valid = new Uint8Array(2 * this.#valid.length + 1)
    valid.set(this.#valid)
    this.#valid = valid
  }
}
