import { byteClasses, characterAt, letter, mark, number, other, several, space } from '../unicode/classes.ts'

/**
 * End of the word that begins at `bytes[at]` (at < end), as GPT-4's expression cuts text, and Llama 3's:
 *
 *     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *
 * @param digits numbers that a word of them has at most
 */
export function cl100kWord(digits: number): (bytes: Uint8Array, at: number, end: number) => number {
  return (bytes, at, end) => {
    const first = bytes[at]!
    if (first === 0x27) {
      const stop = contraction(bytes, at, end)
      if (stop > 0) return stop
    }
    const head = characterAt(bytes, at, end)
    const kind = head & 7
    const after = at + (head >> 3)
    if (kind === letter) return letters(bytes, after, end)
    if (kind === number) return numbers(bytes, after, end, digits)
    const next = after < end ? characterAt(bytes, after, end) & 7 : -1
    if (next === letter && first !== 0x0a && first !== 0x0d) return letters(bytes, after, end)
    if (kind !== space) return marks(bytes, after, end)
    if (first === 0x20 && (next === other || next === mark)) return marks(bytes, after, end)
    return spaces(bytes, at, end)
  }
}

function letters(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end) {
    const ascii = byteClasses[bytes[i]!]!
    if (ascii === letter) i++
    else if (ascii !== several) return i
    else {
      const character = characterAt(bytes, i, end)
      if ((character & 7) !== letter) return i
      i += character >> 3
    }
  }
  return i
}

/** @param digits how many a word has at most, the one before `at` counted */
function numbers(bytes: Uint8Array, at: number, end: number, digits: number): number {
  let i = at
  for (let n = 1; n < digits && i < end; n++) {
    const character = characterAt(bytes, i, end)
    if ((character & 7) !== number) return i
    i += character >> 3
  }
  return i
}

/** What is no letter, no number and no white space, and the line ends after it. */
function marks(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end) {
    const character = characterAt(bytes, i, end)
    const kind = character & 7
    if (kind !== other && kind !== mark) break
    i += character >> 3
  }
  while (i < end && (bytes[i] === 0x0a || bytes[i] === 0x0d)) i++
  return i
}

/** A run of white space ends after its last line end. Without one, it leaves its last character to the word that follows. */
function spaces(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  let last = at
  let line = 0
  while (i < end) {
    const character = characterAt(bytes, i, end)
    if ((character & 7) !== space) break
    last = i
    if (bytes[i] === 0x0a || bytes[i] === 0x0d) line = i + 1
    i += character >> 3
  }
  if (line > 0) return line
  return i < end && last > at ? last : i
}

/** In either case; the long s, U+017F, is an s in the other case. */
function contraction(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0
  const a = bytes[at + 1]! | 0x20
  // s t m d
  if (a === 0x73 || a === 0x74 || a === 0x6d || a === 0x64) return at + 2
  if (at + 2 >= end) return 0
  if (bytes[at + 1] === 0xc5 && bytes[at + 2] === 0xbf) return at + 3
  const b = bytes[at + 2]! | 0x20
  // re ve ll
  return ((a === 0x72 || a === 0x76) && b === 0x65) || (a === 0x6c && b === 0x6c) ? at + 3 : 0
}
