/** Ids for which room is kept from one text to the next: 4 MB. */
export const keptIds = 1 << 20

/** Ids appended one after the other: an Int32Array that grows. */
export class Ids {
  values: Int32Array<ArrayBuffer>
  length = 0

  constructor(capacity = 1024) {
    this.values = new Int32Array(Math.max(1, capacity))
  }

  /** Makes room for `more` ids; `values` may be another array afterwards. */
  reserve(more: number): void {
    if (this.length + more <= this.values.length) return
    const grown = new Int32Array(Math.max(this.length + more, this.values.length * 2))
    grown.set(this.values.subarray(0, this.length))
    this.values = grown
  }

  push(id: number): void {
    if (this.length === this.values.length) this.reserve(1)
    this.values[this.length++] = id
  }

  append(ids: Int32Array): void {
    this.reserve(ids.length)
    this.values.set(ids, this.length)
    this.length += ids.length
  }

  /** A copy of what has been appended. */
  toArray(): Int32Array<ArrayBuffer> {
    return this.values.slice(0, this.length)
  }
}
