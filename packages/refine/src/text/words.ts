import { grown } from './grown.ts'

/** Kinds of words, as bits: whether one has a letter, whether it is made of punctuation and symbols only. */
export const alphabetic = 1
export const symbolic = 2

/** Numbers a word takes in `Words.data`. */
export const stride = 3

/** The words of a text, one after the other. */
export class Words {
  count = 0
  /** How many have a letter, and how many are symbols. */
  alphabetic = 0
  symbolic = 0
  /** Characters of those that are no symbols. */
  length = 0
  /**
   * Of word i, from 3i on: where it begins and ends in the bytes, and its length in characters with two bits for its kind below.
   * One array, so that the scanner's loop has one pointer to keep.
   */
  data: Int32Array = new Int32Array(3 * 4096)

  start(i: number): number {
    return this.data[i * stride]!
  }

  end(i: number): number {
    return this.data[i * stride + 1]!
  }

  chars(i: number): number {
    return this.data[i * stride + 2]! >> 2
  }

  add(start: number, end: number, chars: number, kind: number): void {
    const at = this.count++ * stride
    if (at === this.data.length) this.data = grown(this.data)
    this.data[at] = start
    this.data[at + 1] = end
    this.data[at + 2] = (chars << 2) | kind
  }
}
