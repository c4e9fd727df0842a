import { byteClasses, letter, number, other, space } from '../unicode/classes.ts'

/** What the first two bytes of a word tell of it. Only the cut itself knows, or the first is a letter and so are the next. */
export const unknown = 0
/** The second is a letter: the word is the first byte and all the letters after it. */
export const leading = 1
/** The word is the first byte. */
export const alone = 2

/**
 * Openings of words by their first two bytes: `table[first | (second << 8)]`. The second is below 0x80: after any other byte nothing
 * is told, and whoever asks has to look.
 */
export type Openings = Uint8Array

export const gpt2Openings: Openings = openings((first, second) => {
  const [one, two] = [byteClasses[first]!, byteClasses[second]!]
  if (first === 0x20) return two === letter ? leading : unknown
  if (one === letter || first === 0x27) return unknown
  return one === two ? unknown : alone
})

/** Of cl100k, and of those that differ in the numbers. */
export const cl100kOpenings: Openings = openings((first, second) => {
  const [one, two] = [byteClasses[first]!, byteClasses[second]!]
  if (one === letter || first === 0x27) return unknown
  if (one === number) return two === number ? unknown : alone
  if (two === letter) return lineEnd(first) ? alone : leading
  if (one === space) return two === space || (first === 0x20 && two === other) ? unknown : alone
  return two === other || lineEnd(second) ? unknown : alone
})

function lineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d
}

function openings(of: (first: number, second: number) => number): Openings {
  return Uint8Array.from({ length: 0x8000 }, (_, i) => ((i & 0xff) < 0x80 ? of(i & 0xff, i >> 8) : unknown))
}
