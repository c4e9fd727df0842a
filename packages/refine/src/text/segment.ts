import { classOf, extend, unspaced } from './classes.ts'
import { grown } from './grown.ts'
import { codeAt, widthOf, widthOfCode } from './utf8.ts'
import { alphabetic, symbolic, type Words } from './words.ts'

// ICU chooses its dictionary by script, not by locale, so one segmenter serves all scripts without spaces.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** Bytes behind a run in which further ones are sought, to be cut with it. */
const ahead = 1 << 10

/** Bytes of a run that ICU is given at a time: from some 60,000 characters on it takes 0.1 ms for each word. */
export const longest = 12 * 1024

/** Bytes before the end of such a piece whose words the next piece has: they may not be those of the whole run. */
const margin = 192

const lineFeed = 0x0a

/**
 * Words of runs in scripts without spaces, as ICU's dictionaries cut them (UAX #29, `Intl.Segmenter`). A run is letters of such scripts
 * and the marks after them.
 *
 * Neighbouring runs go to ICU as lines of one text, since each text costs some 20 microseconds, and then memory outside of V8's heap
 * that is given back all at once. A run of over 12 KiB goes to it in pieces: of each those words are taken that begin before its
 * last 192 bytes, and the next piece begins behind them.
 */
export class Segments {
  #segments: Iterator<Intl.SegmentData> | undefined
  #bytes: Uint8Array = new Uint8Array(0)
  #text: Buffer = Buffer.allocUnsafe(4096)
  /** Where the runs of the text begin and end, the one at hand first. */
  #runs: Int32Array = new Int32Array(64)
  #count = 0
  #next = 0
  /** Of the run at hand: where the next word begins, and the run ends. */
  #at = 0
  #end = 0
  /** Where a piece of it that is not the last one ends; its end else. */
  #piece = 0
  /** Characters of the words of the run so far. */
  chars = 0

  /** Forgets runs that were sought ahead: another text comes. */
  reset(): void {
    this.#next = this.#count
    this.#segments = undefined
  }

  /**
   * Goes to the run that begins at `from`, of a text that ends at `end`: after `reset`, or behind the last one, whose words have all been
   * taken.
   *
   * @returns where the run ends
   */
  open(bytes: Uint8Array, from: number, end: number): number {
    this.chars = 0
    if (this.#segments && this.#next < this.#count && this.#runs[2 * this.#next] === from) this.#segments.next()
    else this.#gather(bytes, from, end)
    this.#at = from
    this.#end = this.#runs[2 * this.#next++ + 1]!
    this.#piece = Math.min(this.#end, wholeBefore(bytes, from + longest))
    return this.#end
  }

  /** Adds the next words of the run, `most` at most. @returns whether there may be more */
  add(words: Words, most: number): boolean {
    for (let count = 0; count < most && this.#at < this.#end; count++) {
      if (this.#piece < this.#end && this.#at >= this.#piece - margin) this.#cut()
      const { done, value } = this.#segments!.next()
      // Bytes that are no UTF-8 are fewer or more than those of what stands for them: the run ends where it can.
      if (done || value.segment === '\n') {
        this.#at = this.#end
        this.reset()
        break
      }
      let bytes = 0
      let length = 0
      for (const character of value.segment) {
        bytes += widthOfCode(character.codePointAt(0)!)
        length++
      }
      words.add(this.#at, this.#at + bytes, length, value.isWordLike ? alphabetic : symbolic)
      this.#at += bytes
      this.chars += length
    }
    if (this.#at > this.#end) this.reset()
    return this.#at < this.#end
  }

  /** Takes the run at `from` and those not far behind, of a long run its first piece. */
  #gather(bytes: Uint8Array, from: number, end: number): void {
    this.#bytes = bytes
    this.#count = 0
    this.#next = 0
    let length = 0
    const until = Math.min(end, from + ahead)
    for (let at = from; at < until; ) {
      if (bytes[at]! < 0x80 || (classOf(codeAt(bytes, at)) & unspaced) === 0) {
        at += widthOf(bytes[at]!)
        continue
      }
      const to = endOfRun(bytes, at, end)
      if (to - at > longest && this.#count > 0) break
      if (2 * this.#count === this.#runs.length) this.#runs = grown(this.#runs)
      this.#runs[2 * this.#count] = at
      this.#runs[2 * this.#count++ + 1] = to
      length = this.#append(length, bytes, at, Math.min(to, wholeBefore(bytes, at + longest)))
      if (to - at > longest) break
      at = to
    }
    this.#segments = this.#segmentsOf(length)
  }

  /** The next piece of a long run. */
  #cut(): void {
    this.#piece = Math.min(this.#end, wholeBefore(this.#bytes, this.#at + longest))
    this.#segments = this.#segmentsOf(this.#append(0, this.#bytes, this.#at, this.#piece))
  }

  #append(length: number, bytes: Uint8Array, from: number, to: number): number {
    const needed = length + to - from + 1
    if (needed > this.#text.length) {
      const larger = Buffer.allocUnsafe(2 * needed)
      larger.set(this.#text.subarray(0, length))
      this.#text = larger
    }
    this.#text.set(bytes.subarray(from, to), length)
    this.#text[needed - 1] = lineFeed
    return needed
  }

  #segmentsOf(length: number): Iterator<Intl.SegmentData> {
    return segmenter.segment(this.#text.toString('utf8', 0, length))[Symbol.iterator]()
  }
}

function endOfRun(bytes: Uint8Array, from: number, end: number): number {
  let at = from + widthOf(bytes[from]!)
  while (at < end && bytes[at]! > 0x7f && (classOf(codeAt(bytes, at)) & (unspaced | extend)) !== 0) {
    at += widthOf(bytes[at]!)
  }
  return at
}

/** The last place up to `at` that is not within a character. */
function wholeBefore(bytes: Uint8Array, at: number): number {
  let whole = at
  while ((bytes[whole]! & 0xc0) === 0x80) whole--
  return whole
}
