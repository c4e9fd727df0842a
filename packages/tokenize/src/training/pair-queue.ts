/**
 * Merges in waiting: highest count first, then the lowest pair. An entry keeps the count it was pushed with, though the pair's
 * count may have changed since: who pops it looks. Entries stand in typed arrays, their words in one array a push.
 */
export class PairQueue {
  #heap: number[] = []
  #counts = new Float64Array(1024)
  #pairs = new Int32Array(1024)
  #words: (Int32Array | undefined)[] = []
  readonly #left: (pair: number) => number
  readonly #right: (pair: number) => number

  constructor(left: (pair: number) => number, right: (pair: number) => number) {
    this.#left = left
    this.#right = right
  }

  get size(): number {
    return this.#heap.length
  }

  /** @param words numbers of the words that this entry's merge is to be made in */
  push(pair: number, count: number, words: Int32Array): void {
    const entry = this.#words.length
    this.#words.push(words)
    if (entry === this.#counts.length) {
      const counts = new Float64Array(entry * 2)
      counts.set(this.#counts)
      this.#counts = counts
      const pairs = new Int32Array(entry * 2)
      pairs.set(this.#pairs)
      this.#pairs = pairs
    }
    this.#counts[entry] = count
    this.#pairs[entry] = pair
    this.#heap.push(entry)
    this.#up(this.#heap.length - 1)
  }

  /** Pair and count of the first entry. */
  get pair(): number {
    return this.#pairs[this.#heap[0]!]!
  }

  get count(): number {
    return this.#counts[this.#heap[0]!]!
  }

  /** Gives the first entry another count and puts it where it then belongs. */
  recount(count: number): void {
    this.#counts[this.#heap[0]!] = count
    this.#down()
  }

  /** Takes the first entry away and returns its words. */
  pop(): Int32Array {
    const entry = this.#heap[0]!
    const last = this.#heap.pop()!
    if (this.#heap.length > 0) {
      this.#heap[0] = last
      this.#down()
    }
    const words = this.#words[entry]!
    this.#words[entry] = undefined
    return words
  }

  /** Whether entry a comes before entry b; of equal ones the older. */
  #before(a: number, b: number): boolean {
    const counts = this.#counts[a]! - this.#counts[b]!
    if (counts !== 0) return counts > 0
    const p = this.#pairs[a]!
    const q = this.#pairs[b]!
    const left = this.#left(p) - this.#left(q)
    if (left !== 0) return left < 0
    const right = this.#right(p) - this.#right(q)
    return right !== 0 ? right < 0 : a < b
  }

  #up(at: number): void {
    const heap = this.#heap
    const entry = heap[at]!
    let i = at
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#before(entry, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  #down(): void {
    const heap = this.#heap
    const entry = heap[0]!
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++
      if (!this.#before(heap[child]!, entry)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = entry
  }
}
