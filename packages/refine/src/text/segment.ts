import { widthOfCode } from './utf8.ts'
import { alphabetic, symbolic, type Words } from './words.ts'

// ICU chooses its dictionary by script, not by locale, so one segmenter serves all scripts without spaces.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/**
 * Adds the words of a text in a script without spaces, as ICU's dictionaries cut it (UAX #29, `Intl.Segmenter`).
 *
 * @param at where the text lies in the bytes
 * @returns its characters
 */
export function addSegments(words: Words, text: string, at: number): number {
  const segments = new Segments(text, at)
  segments.add(words, Number.POSITIVE_INFINITY)
  return segments.chars
}

/** The words of such a text, some at a time: ICU goes through it as they are asked for, so that they are those of the whole. */
export class Segments {
  readonly #segments: Iterator<Intl.SegmentData>
  #start: number
  /** Characters of the words so far. */
  chars = 0

  /** @param at where the text lies in the bytes */
  constructor(text: string, at: number) {
    this.#segments = segmenter.segment(text)[Symbol.iterator]()
    this.#start = at
  }

  /** Adds the next words, `most` at most. @returns whether there may be more */
  add(words: Words, most: number): boolean {
    for (let count = 0; count < most; count++) {
      const { done, value } = this.#segments.next()
      if (done) return false
      let bytes = 0
      let length = 0
      for (const character of value.segment) {
        bytes += widthOfCode(character.codePointAt(0)!)
        length++
      }
      words.add(this.#start, this.#start + bytes, length, value.isWordLike ? alphabetic : symbolic)
      this.#start += bytes
      this.chars += length
    }
    return true
  }
}
