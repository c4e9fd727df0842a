/** Bytes that are appended to, in one buffer that grows and is used again. */
export class GrowingBytes {
  bytes: Buffer
  length = 0

  constructor(room: number) {
    this.bytes = Buffer.allocUnsafeSlow(room)
  }

  /** Makes room for `count` more. */
  ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + count, this.bytes.length + (this.bytes.length >> 1)))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  append(bytes: Uint8Array): void {
    this.ensure(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** UTF-8 of a string; lone surrogates become U+FFFD. */
  appendString(text: string): void {
    this.ensure(text.length > 4096 ? Buffer.byteLength(text) : 3 * text.length)
    this.length += this.bytes.write(text, this.length)
  }

  /** What was appended; valid until something else is. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** What was appended, in memory of its own: the buffer itself where it is well filled, else a copy. Empty after that. */
  take(): Uint8Array {
    const view = new Uint8Array(this.bytes.buffer, 0, this.length)
    if (4 * this.length < 3 * this.bytes.length) {
      this.length = 0
      return view.slice()
    }
    this.bytes = Buffer.allocUnsafeSlow(this.bytes.length)
    this.length = 0
    return view
  }

  clear(): void {
    this.length = 0
  }
}
