/** Keys and values of one layer: room for [rows, heads, capacity, D] each, filled position by position. */
export class KeyValueCache {
  readonly #k: Float32Array
  readonly #v: Float32Array
  readonly #heads: number
  readonly #size: number
  readonly #capacity: number

  constructor({ rows, heads, capacity, width }: { rows: number; heads: number; capacity: number; width: number }) {
    this.#k = new Float32Array(rows * capacity * width)
    this.#v = new Float32Array(rows * capacity * width)
    this.#heads = heads
    this.#size = width / heads
    this.#capacity = capacity
  }

  /** Puts k and v of qkv[from ...], a row [3C] of the fused projection, at a position. */
  put(row: number, position: number, qkv: Float32Array, from: number): void {
    const size = this.#size
    const width = this.#heads * size
    for (let h = 0; h < this.#heads; h++) {
      const at = this.#at(row, h, position)
      const k = from + width + h * size
      this.#k.set(qkv.subarray(k, k + size), at)
      this.#v.set(qkv.subarray(k + width, k + width + size), at)
    }
  }

  /**
   * y = softmax(q kᵀ / sqrt(D)) v for each head, over the first `length` positions.
   *
   * @param q [C], the heads side by side; so is y
   * @param scores room for `length` numbers
   */
  attend(row: number, length: number, q: Float32Array, y: Float32Array, scores: Float64Array): void {
    const size = this.#size
    const [keys, values] = [this.#k, this.#v]
    const scale = 1 / Math.sqrt(size)
    for (let h = 0; h < this.#heads; h++) {
      const first = h * size
      const from = this.#at(row, h, 0)
      let top = -Infinity
      for (let t = 0; t < length; t++) {
        const at = from + t * size
        let dot = 0
        for (let d = 0; d < size; d++) dot += q[first + d]! * keys[at + d]!
        scores[t] = dot * scale
        if (scores[t]! > top) top = scores[t]!
      }
      let sum = 0
      for (let t = 0; t < length; t++) {
        scores[t] = Math.exp(scores[t]! - top)
        sum += scores[t]!
      }
      for (let d = 0; d < size; d++) y[first + d] = 0
      for (let t = 0; t < length; t++) {
        const share = scores[t]! / sum
        const at = from + t * size
        for (let d = 0; d < size; d++) y[first + d]! += share * values[at + d]!
      }
    }
  }

  #at(row: number, head: number, position: number): number {
    return ((row * this.#heads + head) * this.#capacity + position) * this.#size
  }
}
