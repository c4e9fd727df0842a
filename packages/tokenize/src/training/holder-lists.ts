/** Integers of an array that short lists share. */
const chunk = 1 << 16

/**
 * The words that hold each pair, before anything is merged. A long list is an array of its own, gone once its pair is merged: the
 * most frequent pairs, which are merged first, are in most of the words.
 */
export class HolderLists {
  readonly #arrays: (Int32Array | undefined)[] = []
  /** Of each pair: where its list begins, and where the next word goes. */
  readonly #begins: Int32Array
  readonly #ends: Int32Array

  /** @param sizes words of each pair */
  constructor(sizes: Int32Array, pairs: number, wanted: (pair: number) => boolean) {
    this.#begins = new Int32Array(pairs)
    this.#ends = new Int32Array(pairs)
    let shared = new Int32Array(0)
    let used = 0
    for (let pair = 0; pair < pairs; pair++) {
      const size = sizes[pair]!
      if (!wanted(pair)) this.#arrays.push(undefined)
      else if (size >= chunk >> 4) this.#arrays.push(new Int32Array(size))
      else {
        if (used + size > shared.length) {
          shared = new Int32Array(chunk)
          used = 0
        }
        this.#arrays.push(shared)
        this.#begins[pair] = used
        this.#ends[pair] = used
        used += size
      }
    }
  }

  /** Words come in rising order. One whose pair is not wanted is passed over. */
  add(pair: number, word: number): void {
    const array = this.#arrays[pair]
    if (array) array[this.#ends[pair]!++] = word
  }

  /** Array, begin and end of a pair's list, which is given away. */
  of(pair: number): [words: Int32Array, from: number, to: number] {
    const array = this.#arrays[pair]!
    this.#arrays[pair] = undefined
    return [array, this.#begins[pair]!, this.#ends[pair]!]
  }
}
