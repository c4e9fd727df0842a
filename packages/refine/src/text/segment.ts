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
  let start = at
  let chars = 0
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    let bytes = 0
    let length = 0
    for (const character of segment) {
      bytes += widthOfCode(character.codePointAt(0)!)
      length++
    }
    words.add(start, start + bytes, length, isWordLike ? alphabetic : symbolic)
    start += bytes
    chars += length
  }
  return chars
}
