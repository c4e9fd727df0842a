import * as classes from '../text/classes.ts'
import { classOf } from '../text/classes.ts'
import { codeAt, widthOf } from '../text/utf8.ts'
import { finish } from './text-hash.ts'

/** Odd, so that nothing of a word is lost when the next one is joined to it. */
const base = 0x9e3779b1

/** Hashes of all runs of n words of a text: of what two texts share, whatever stands between. Reused: valid until the next call. */
export class Shingles {
  readonly #n: number
  #words = new Int32Array(4096)
  hashes = new Int32Array(4096)
  count = 0

  constructor(n: number) {
    this.#n = n
  }

  /**
   * Words are runs of letters, marks and digits in lower case, a number counting as 0; in scripts without spaces each character.
   * A text of fewer than n words has one run, of all of them.
   */
  read(bytes: Uint8Array, start: number, end: number): this {
    const words = this.#readWords(bytes, start, end)
    const n = this.#n
    const runs = words === 0 ? 0 : Math.max(1, words - n + 1)
    if (this.hashes.length < runs) this.hashes = new Int32Array(runs * 2)
    const length = Math.min(n, words)
    const { hashes } = this
    const source = this.#words
    for (let i = 0; i < runs; i++) {
      let hash = 0
      for (let j = i; j < i + length; j++) hash = Math.imul(hash, base) + source[j]! + 0x7ed55d16
      hashes[i] = finish(hash)
    }
    this.count = runs
    return this
  }

  #readWords(bytes: Uint8Array, start: number, end: number): number {
    const { byteClasses: table, inWord, letter, unspaced, wide } = classes
    let words = this.#words
    let count = 0
    for (let at = start; at < end; ) {
      let bits = table[bytes[at]!]!
      let hash = 0x811c9dc5
      let letters = 0
      const from = at
      while ((bits & inWord) !== 0 || bits === wide) {
        if (bits === wide) {
          const code = codeAt(bytes, at)
          bits = classOf(code)
          if ((bits & inWord) === 0) break
          // Each character of a script without spaces is a word: it ends the one before.
          if ((bits & unspaced) !== 0 && at > from) break
          hash = Math.imul(hash ^ lowerOf(code), 0x01000193)
          letters |= bits
          at += widthOf(bytes[at]!)
          if ((bits & unspaced) !== 0) break
        } else {
          letters |= bits
          const byte = bytes[at]!
          hash = Math.imul(hash ^ (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte), 0x01000193)
          at++
        }
        bits = at < end ? table[bytes[at]!]! : 0
      }
      if (at === from) {
        at += widthOf(bytes[at]!)
        continue
      }
      if (count === words.length) {
        const larger = new Int32Array(count * 2)
        larger.set(words)
        this.#words = words = larger
      }
      words[count++] = (letters & letter) === 0 ? 0 : hash
    }
    return count
  }
}

const lowerCase = new Map<number, number>()

function lowerOf(code: number): number {
  if (code > 0x2fff) return code
  let lower = lowerCase.get(code)
  if (lower === undefined) {
    lower = String.fromCodePoint(code).toLowerCase().codePointAt(0)!
    lowerCase.set(code, lower)
  }
  return lower
}
