import type { Steps } from '../stage/steps.ts'
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

/** Bytes of text, and runs, that take some milliseconds: what is longer takes steps. */
export const stretch: number = 1 << 17

/** Hashes of all runs of n words of a text: of what two texts share, whatever stands between. Reused: valid until the next call. */
export class Shingles {
  readonly #n: number
  /** base ** n: what the first word of a run counts for when the next run is made of it. */
  readonly #power: number
  #words = new Int32Array(4096)
  #wordCount = 0
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
    this.#wordCount = 0
    this.#readWords(bytes, start, end, end)
    this.#begin()
    this.#roll(0, this.count)
    return this
  }

  /** The same in steps. */
  *readInSteps(bytes: Uint8Array, start: number, end: number): Steps<this> {
    this.#wordCount = 0
    for (let at = start; at < end; ) {
      at = this.#readWords(bytes, at, end, Math.min(end, at + stretch))
      yield
    }
    this.#begin()
    yield* this.#rollInSteps()
    return this
  }

  /** Runs of the words that another has read. */
  ofWords(other: Shingles): this {
    this.#take(other)
    this.#roll(0, this.count)
    return this
  }

  *ofWordsInSteps(other: Shingles): Steps<this> {
    this.#take(other)
    yield* this.#rollInSteps()
    return this
  }

  #take(other: Shingles): void {
    this.#words = other.#words
    this.#wordCount = other.#wordCount
    this.#begin()
  }

  *#rollInSteps(): Steps<void> {
    for (let from = 0; from < this.count; from += stretch) {
      this.#roll(from, Math.min(this.count, from + stretch))
      yield
    }
  }

  /** The hash of the run at hand, not yet finished. */
  #hash = 0

  #begin(): void {
    const words = this.#wordCount
    this.count = words === 0 ? 0 : Math.max(1, words - this.#n + 1)
    if (this.hashes.length < this.count) this.hashes = new Int32Array(this.count * 2)
  }

  /** A polynomial in the base, modulo 2 ** 32, rolled on from run to run (Karp and Rabin 1987). */
  #roll(from: number, to: number): void {
    const n = this.#n
    const { hashes } = this
    const source = this.#words
    let hash = this.#hash
    let i = from
    if (i === 0 && i < to) {
      hash = 0
      for (let j = 0; j < Math.min(n, this.#wordCount); j++) hash = (Math.imul(hash, base) + source[j]! + shift) | 0
      hashes[i++] = finish(hash)
    }
    for (; i < to; i++) {
      const left = Math.imul(source[i - 1]! + shift, this.#power)
      hash = (Math.imul(hash, base) + source[i + n - 1]! + shift - left) | 0
      hashes[i] = finish(hash)
    }
    this.#hash = hash
  }

  /** @returns where the first word that begins after `until`, or what stands before it, begins */
  #readWords(bytes: Uint8Array, start: number, end: number, until: number): number {
    const { byteClasses: table, inWord, letter, unspaced, wide } = classes
    const lower = lowerBytes
    let words = this.#words
    let count = this.#wordCount
    let at = start
    while (at < until) {
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
    this.#wordCount = count
    return at
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
