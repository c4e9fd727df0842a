import * as classes from '../text/classes.ts'
import { classOf } from '../text/classes.ts'
import { codeAt, widthOf } from '../text/utf8.ts'
import { finish } from './text-hash.ts'

/** Odd, so that nothing of a word is lost when the next one is joined to it. */
const base = 0x9e3779b1
/** Added to each word, so that one of hash 0 counts. */
const shift = 0x7ed55d16

/** Bytes of words as they count: ASCII letters in lower case. */
const lowerBytes = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte))

/** Hashes of all runs of n words of a text: of what two texts share, whatever stands between. Reused: valid until the next call. */
export class Shingles {
  readonly #n: number
  /** base ** n: what the first word of a run counts for when the next run is made of it. */
  readonly #power: number
  #words = new Int32Array(4096)
  hashes = new Int32Array(4096)
  count = 0

  constructor(n: number) {
    this.#n = n
    let power = 1
    for (let i = 0; i < n; i++) power = Math.imul(power, base)
    this.#power = power
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
    const { hashes } = this
    const source = this.#words
    // A polynomial in the base, modulo 2 ** 32, rolled on from run to run (Karp and Rabin 1987).
    let hash = 0
    for (let j = 0; j < Math.min(n, words); j++) hash = (Math.imul(hash, base) + source[j]! + shift) | 0
    hashes[0] = finish(hash)
    for (let i = 1; i < runs; i++) {
      const left = Math.imul(source[i - 1]! + shift, this.#power)
      hash = (Math.imul(hash, base) + source[i + n - 1]! + shift - left) | 0
      hashes[i] = finish(hash)
    }
    this.count = runs
    return this
  }

  #readWords(bytes: Uint8Array, start: number, end: number): number {
    const { byteClasses: table, inWord, letter, unspaced, wide } = classes
    const lower = lowerBytes
    let words = this.#words
    let count = 0
    for (let at = start; at < end; ) {
      let bits = table[bytes[at]!]!
      if ((bits & inWord) === 0 && bits !== wide) {
        at++
        continue
      }
      // FNV-1a.
      let hash = 0x811c9dc5
      let kinds = 0
      const from = at
      do {
        if (bits === wide) {
          const code = codeAt(bytes, at)
          bits = classOf(code)
          // Each character of a script without spaces is a word: it ends the one before.
          if ((bits & inWord) === 0 || ((bits & unspaced) !== 0 && at > from)) break
          hash = Math.imul(hash ^ lowerOf(code), 0x01000193)
          kinds |= bits
          at += widthOf(bytes[at]!)
          if ((bits & unspaced) !== 0) break
        } else {
          kinds |= bits
          hash = Math.imul(hash ^ lower[bytes[at]!]!, 0x01000193)
          at++
        }
        bits = at < end ? table[bytes[at]!]! : 0
      } while ((bits & inWord) !== 0 || bits === wide)
      if (at === from) {
        at += widthOf(bytes[at]!)
        continue
      }
      if (count === words.length) {
        const larger = new Int32Array(count * 2)
        larger.set(words)
        this.#words = words = larger
      }
      words[count++] = (kinds & letter) === 0 ? 0 : hash
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
