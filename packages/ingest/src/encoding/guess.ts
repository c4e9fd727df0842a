import { isUtf8 } from 'node:buffer'

/** Bytes that the choice between UTF-8 and Windows-1252 is made from, counted from the first byte that is not ASCII. */
export const encodingSample = 64 * 1024

/**
 * UTF-8 or Windows-1252, for text that is ASCII up to `sample`.
 *
 * Text in Windows-1252 is hardly ever valid UTF-8: its bytes above 0x7f stand alone. So valid UTF-8 is UTF-8. A file in UTF-8
 * with a few broken bytes is told from Windows-1252 by the majority: at least nine in ten of its non-ASCII sequences are valid.
 *
 * @param whole whether the text ends with the sample; otherwise it may end inside a character, and that says nothing
 */
export function guessEncoding(sample: Uint8Array, whole: boolean): 'utf-8' | 'windows-1252' {
  if (isUtf8(sample)) return 'utf-8'
  let valid = 0
  let broken = 0
  for (let i = 0; i < sample.length; ) {
    const length = sequenceLength(sample, i)
    if (length > 1) valid++
    else if (length === 0 || (length < 0 && whole)) broken++
    i += Math.max(1, length)
    if (length < 0 && !whole) break
  }
  return valid >= 9 * broken ? 'utf-8' : 'windows-1252'
}

/**
 * Whether the bytes can be text in Windows-1252: in the languages that are written in it, letters with accents are some 2 to 15 in
 * 100. In what is written in Cyrillic, Greek, Chinese or Japanese most bytes are above 0x7f, and taken for Windows-1252 it would be
 * read as "Ñ§¶øÊ±Ï°Ö®" without a complaint. Few bytes say too little.
 */
export function isWestern(sample: Uint8Array): boolean {
  if (sample.length < 256) return true
  let ascii = 0
  let other = 0
  for (const byte of sample) {
    if (byte >= 0x80) other++
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ascii++
  }
  return other < 0.4 * (ascii + other)
}

/** Length of the valid UTF-8 sequence at `at` (RFC 3629); 0 where there is none; -1 where the bytes end within one. */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return 0
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return -1
    if (byte < 0x80 || byte > 0xbf) return 0
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
    if (i > 1) continue
    if ((lead === 0xe0 && byte < 0xa0) || (lead === 0xed && byte > 0x9f)) return 0
    if ((lead === 0xf0 && byte < 0x90) || (lead === 0xf4 && byte > 0x8f)) return 0
  }
  return length
}
