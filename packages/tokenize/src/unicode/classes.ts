import { fill } from './fill.ts'
import { letters, marks, numbers, spaces } from './ranges.ts'

// Classes of a code point, as the pre-tokenizers' regular expressions tell them apart. The table is our own, and not
// `\p{L}` of the engine, because every version of Node knows another Unicode and ids must not depend on it.
export const other = 0
export const letter = 1
export const number = 2
export const space = 3
export const mark = 4
/** Of a byte that begins a character of several bytes. */
export const several = 7

let table: Uint8Array | undefined

/** Class of every code point; made when it is first needed (1.1 MB). */
export function classes(): Uint8Array {
  if (table) return table
  table = new Uint8Array(0x110000)
  fill(table, letters, letter)
  fill(table, numbers, number)
  fill(table, marks, mark)
  fill(table, spaces, space)
  return table
}

/** Class of an ASCII byte; `several` for all others. */
export const byteClasses: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return several
  const character = String.fromCharCode(byte)
  if (/[a-z]/i.test(character)) return letter
  if (/[0-9]/.test(character)) return number
  return /[\t-\r ]/.test(character) ? space : other
})

/**
 * Class and width of the character at `bytes[at]`, as `width * 8 + class`. Bytes that are no UTF-8 count as characters of
 * class `other`, one byte wide.
 */
export function characterAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 8 | byteClasses[first]!
  if (first < 0xc2 || first > 0xf4) return 8
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + width > end) return 8
  let point = first & (0x7f >> width)
  for (let i = at + 1; i < at + width; i++) {
    const next = bytes[i]!
    if ((next & 0xc0) !== 0x80) return 8
    point = (point << 6) | (next & 0x3f)
  }
  return (width << 3) | (point < 0x110000 ? classes()[point]! : other)
}
