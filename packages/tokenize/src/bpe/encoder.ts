import { Ids } from '../tables/ids.ts'
import { noLetters } from '../tables/letters.ts'
import { longestShort } from '../tables/short-words.ts'
import { hashTiny, longestTiny, TinyWords, tinyMasks, tinyPayloadAt, tinySize } from '../tables/tiny-words.ts'
import { longWordEncoder } from './long-words.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'
import { shortWordEncoder } from './short-words.ts'
import { wholeWords } from './whole-words.ts'

/** Appends the ids of `bytes[at … end)`. */
export type EncodeUtf8 = (bytes: Uint8Array, at: number, end: number, out: Ids) => void

/** Distinct words of up to 8 bytes that the table holds before it is emptied, and ids that have no room in their entries: 12 MB. */
const tinyWords = 1 << 18
const spilledIds = 1 << 20

/**
 * Encodes UTF-8: cuts words and looks each one up whole in a table of the words met so far; only a new word is merged.
 * The tables are bounded and have no influence on the ids.
 */
export function bpeEncoder(model: BpeModel): EncodeUtf8 {
  const { end: cutWord, openings } = model.cut
  const merge = model.ignoreMerges ? wholeWords(model) : mergeWord
  // Payload: twice an id and, if there is a second, one more; the second. Or, negative, the place of the ids among the spilled
  // ones, which begin with their number.
  const tiny = new TinyWords()
  const spilled = new Ids()
  const short = shortWordEncoder(model, merge)
  const long = longWordEncoder(model, merge)

  const learn = (a: number, b: number, bytes: Uint8Array, at: number, end: number, out: Ids): void => {
    if (tiny.size >= tinyWords || spilled.length >= spilledIds) {
      tiny.clear()
      spilled.length = 0
    }
    const from = out.length
    merge(model, bytes, at, end, out)
    const count = out.length - from
    const payload = tiny.add(a, b) + tinyPayloadAt
    if (count === 1 || count === 2) {
      tiny.entries[payload] = (out.values[from]! + 1) * 2 + count - 1
      if (count === 2) tiny.entries[payload + 1] = out.values[from + 1]!
    } else {
      tiny.entries[payload] = ~spilled.length
      spilled.push(count)
      for (let k = from; k < out.length; k++) spilled.push(out.values[k]!)
    }
  }

  return (bytes, at, end, out) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // From here on 16 bytes cannot be read any more.
    const near = bytes.byteLength - longestShort
    let { entries, shift } = tiny
    let i = at
    while (i < end) {
      if (i > near) {
        const stop = cutWord(bytes, i, end)
        long(bytes, i, stop, out)
        i = stop
        continue
      }
      // Most words are ASCII letters with, perhaps, one other byte before them, or a byte alone: the integers that the table asks for
      // tell where they end. All else is for the cut.
      const a = view.getInt32(i, true)
      const b = view.getInt32(i + 4, true)
      const opening = openings[a & 0x7fff]!
      const lead = opening & 1
      const only = opening & 2
      // Without a branch, as punctuation comes when it likes: a first byte that belongs to a word is no gap, one alone has a gap after it.
      let gaps = ((noLetters(a) | (noLetters(b) << 4)) & ~(lead | (only >> 1))) | only
      if (gaps === 0)
        gaps = (noLetters(view.getInt32(i + 8, true)) << 8) | (noLetters(view.getInt32(i + 12, true)) << 12)
      // Place of the lowest bit; -1 where there is none.
      let length = 31 - Math.clz32(gaps & -gaps)
      let stop = i + length
      if (length <= lead || stop > end || bytes[stop]! >= 0x80) {
        stop = cutWord(bytes, i, end)
        length = stop - i
      }
      if (length > longestTiny || bytes[stop - 1] === 0) {
        if (length > longestShort) long(bytes, i, stop, out)
        else short(bytes, view, i, stop, out)
        i = stop
        continue
      }
      const headOf = a & tinyMasks[2 * length]!
      const tailOf = b & tinyMasks[2 * length + 1]!
      let place = (hashTiny(headOf, tailOf) >>> shift) * tinySize
      if ((entries[place]! ^ headOf) | (entries[place + 1]! ^ tailOf)) {
        place = tiny.find(headOf, tailOf)
        if (entries[place + tinyPayloadAt] === 0) {
          learn(headOf, tailOf, bytes, i, stop, out)
          ;({ entries, shift } = tiny)
          i = stop
          continue
        }
      }
      i = stop
      if (out.length + 2 > out.values.length) out.reserve(2)
      const { values, length: o } = out
      const first = entries[place + tinyPayloadAt]!
      if (first > 0) {
        // Both are written; where there is one only, the next is written over the other: no branch to guess.
        values[o] = (first >> 1) - 1
        values[o + 1] = entries[place + tinyPayloadAt + 1]!
        out.length = o + 1 + (first & 1)
      } else {
        const from = ~first + 1
        const count = spilled.values[from - 1]!
        out.reserve(count)
        for (let k = 0; k < count; k++) out.values[o + k] = spilled.values[from + k]!
        out.length = o + count
      }
    }
  }
}
