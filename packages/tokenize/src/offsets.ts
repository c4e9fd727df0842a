import { Ids } from './tables/ids.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Ids and where in the text each comes from: two numbers an id, begin and end. */
export interface Offsets {
  readonly ids: Int32Array
  /** In UTF-16 units, as `slice` counts; an id that is part of a character has all of it. */
  readonly offsets: Int32Array
  /** In bytes of UTF-8. */
  readonly byteOffsets: Int32Array
}

/**
 * Encodes, and tells where in the text each id comes from.
 *
 * @throws TypeError for a tokenizer that cannot tell
 */
export function encodeWithOffsets(tokenizer: Tokenizer, text: string): Offsets {
  if (!tokenizer.encodeUtf8Spans) throw new TypeError(`a tokenizer of kind "${tokenizer.kind}" tells no offsets`)
  const utf8 = Buffer.from(text, 'utf8')
  const ids = new Ids((utf8.length >> 1) + 8)
  const spans = new Ids(utf8.length + 16)
  tokenizer.encodeUtf8Spans(utf8, 0, utf8.length, ids, spans)
  const byteOffsets = spans.toArray()
  return { ids: ids.toArray(), byteOffsets, offsets: unitsOf(utf8, byteOffsets) }
}

/** Begins (rounded down to a character) and ends (rounded up), in UTF-16 units. */
function unitsOf(utf8: Uint8Array, byteOffsets: Int32Array): Int32Array {
  const units = new Int32Array(byteOffsets.length)
  // Where the character at hand begins, in bytes and in units; words come in order, so one pass is enough.
  let byte = 0
  let unit = 0
  const width = () => characterWidth(utf8[byte]!)
  for (let i = 0; i < units.length; i += 2) {
    const [from, to] = [byteOffsets[i]!, byteOffsets[i + 1]!]
    while (byte > from) {
      byte--
      while ((utf8[byte]! & 0xc0) === 0x80) byte--
      unit -= width() === 4 ? 2 : 1
    }
    while (byte + width() <= from && byte < utf8.length) {
      unit += width() === 4 ? 2 : 1
      byte += width()
    }
    units[i] = unit
    while (byte < to && byte < utf8.length) {
      unit += width() === 4 ? 2 : 1
      byte += width()
    }
    units[i + 1] = unit
  }
  return units
}

/** Of a character of sound UTF-8. */
function characterWidth(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}
