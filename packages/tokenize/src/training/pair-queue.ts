/**
 * Merges in waiting: highest count first, then the lowest pair. An entry keeps the count it was pushed with, though the pair's
 * count may have changed since: who pops it looks. There are a million entries and more at a time, so they are no objects: they stand in
 * typed arrays, and their words are a stretch of an array that several share.
 */
export class PairQueue {
  #heap: number[] = []
  #counts = new Float64Array(1024)
  #pairs = new Int32Array(1024)
  #words: (Uint8Array | undefined)[] = []
  #stretches = new Int32Array(2048)
  /** Entries that were popped: their places are given anew. */
  readonly #free: number[] = []
  /** Of the entry popped last, where its words begin and end. */
  from = 0
  to = 0
  readonly #left: (pair: number) => number
  readonly #right: (pair: number) => number

  constructor(left: (pair: number) => number, right: (pair: number) => number) {
    this.#left = left
    this.#right = right
  }

  get size(): number {
    return this.#heap.length
  }

  /** @param words `words[from … to)`: the words that this entry's merge is to be made in, as in word-lists.ts */
  push(pair: number, count: number, words: Uint8Array, from: number, to: number): void {
    const entry = this.#free.pop() ?? this.#words.length
    if (entry === this.#counts.length) this.#grow(entry * 2)
    this.#words[entry] = words
    this.#stretches[2 * entry] = from
    this.#stretches[2 * entry + 1] = to
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

  #grow(length: number): void {
    const [counts, pairs, stretches] = [this.#counts, this.#pairs, this.#stretches]
    this.#counts = new Float64Array(length)
    this.#counts.set(counts)
    this.#pairs = new Int32Array(length)
    this.#pairs.set(pairs)
    this.#stretches = new Int32Array(length * 2)
    this.#stretches.set(stretches)
  }

  /** Takes the first entry away and returns the array that its words stand in, from `from` to `to`. */
  pop(): Uint8Array {
    const entry = this.#heap[0]!
    const last = this.#heap.pop()!
    if (this.#heap.length > 0) {
      this.#heap[0] = last
      this.#down()
    }
    const words = this.#words[entry]!
    this.#words[entry] = undefined
    this.#free.push(entry)
    this.from = this.#stretches[2 * entry]!
    this.to = this.#stretches[2 * entry + 1]!
    return words
  }

  /** Whether entry a comes before entry b. No pair has two. */
  #before(a: number, b: number): boolean {
    const counts = this.#counts[a]! - this.#counts[b]!
    if (counts !== 0) return counts > 0
    const p = this.#pairs[a]!
    const q = this.#pairs[b]!
    const left = this.#left(p) - this.#left(q)
    if (left !== 0) return left < 0
    const right = this.#right(p) - this.#right(q)
    return right < 0
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
