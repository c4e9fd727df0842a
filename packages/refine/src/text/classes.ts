// What a character is, as bits. ASCII is a table; of the rest, pages of 256 code points are made when one of them is met first.

/** Letters: what makes a word alphabetic. */
export const letter = 1
/** Decimal digits and other numbers. */
export const number = 2
/** What a word goes on with but does not begin with: marks, joiners, the underscore. */
export const extend = 4
export const space = 8
/** Ends a line: LF, VT, FF, CR, NEL, LS, PS. */
export const breaks = 16
/** Letters of scripts that put no spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar. */
export const unspaced = 32
/** Ends a sentence: Unicode's Sentence_Terminal. */
export const terminal = 64

/** What a word is made of. */
export const inWord: number = letter | number | extend

const pages: (Uint8Array | undefined)[] = []

/** Bits of a code point. */
export function classOf(code: number): number {
  const page = pages[code >> 8] ?? makePage(code >> 8)
  return page[code & 255]!
}

function makePage(number_: number): Uint8Array {
  const page = Uint8Array.from({ length: 256 }, (_, i) => bitsOf((number_ << 8) | i))
  pages[number_] = page
  return page
}

function bitsOf(code: number): number {
  if (code >= 0xd800 && code < 0xe000) return 0
  const character = String.fromCodePoint(code)
  let bits = 0
  if (/\p{L}/u.test(character)) bits |= letter
  if (/\p{N}/u.test(character)) bits |= number
  if (/\p{M}|_/u.test(character) || code === 0x200c || code === 0x200d) bits |= extend
  if ((/\s/u.test(character) && code !== 0xfeff) || code === 0x85 || (code >= 0x1c && code <= 0x1f)) bits |= space
  if (/[\n\v\f\r\u0085\u2028\u2029]/u.test(character)) bits |= breaks
  if (/\p{Sentence_Terminal}|[\u2e53\u2e54\uff0e]/u.test(character)) bits |= terminal
  if ((bits & (letter | extend)) !== 0 && scripts.test(character)) bits |= unspaced
  return bits
}

const scripts =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}|\u30fc/u

/** Of the first byte of a character: that it is not ASCII. */
export const wide = 256

/** Bits by the first byte of a character: those of the ASCII characters, and `wide` for the rest. */
export const byteClasses: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte > 0x7f ? wide : bitsOf(byte),
)
