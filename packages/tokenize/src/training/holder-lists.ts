import { writeDifference } from './word-lists.ts'

/** Bytes of an array that short lists share. */
const chunk = 1 << 16

/**
 * The words that hold each pair, before anything is merged. A long list is an array of its own, gone once its pair is merged: the
 * most frequent pairs, which are merged first, are in most of the words.
 */
export class HolderLists {
  readonly #arrays: (Uint8Array | undefined)[] = []
  /** Of each pair: where its list begins, and where the next word goes. */
  readonly #begins: Int32Array
  readonly #ends: Int32Array

  /** @param sizes bytes of each pair's list */
  constructor(sizes: Int32Array, pairs: number, wanted: (pair: number) => boolean) {
    this.#begins = new Int32Array(pairs)
    this.#ends = new Int32Array(pairs)
    let shared = new Uint8Array(0)
    let used = 0
    for (let pair = 0; pair < pairs; pair++) {
      const size = sizes[pair]!
      if (!wanted(pair)) this.#arrays.push(undefined)
      else if (size >= chunk >> 4) this.#arrays.push(new Uint8Array(size))
      else {
        if (used + size > shared.length) {
          shared = new Uint8Array(chunk)
          used = 0
        }
        this.#arrays.push(shared)
        this.#begins[pair] = used
        this.#ends[pair] = used
        used += size
      }
    }
  }

  /** @param difference between the word and the one before it in the list. Passed over where the pair is not wanted. */
  add(pair: number, difference: number): void {
    const array = this.#arrays[pair]
    if (array) this.#ends[pair] = writeDifference(array, this.#ends[pair]!, difference)
  }

  /** Array, begin and end of a pair's list, which is given away. */
  of(pair: number): [words: Uint8Array, from: number, to: number] {
    const array = this.#arrays[pair]!
    this.#arrays[pair] = undefined
    return [array, this.#begins[pair]!, this.#ends[pair]!]
  }
}
