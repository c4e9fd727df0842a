import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import { headAt, longestShort, payloadAt, ShortWords } from '../tables/short-words.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

/** Longer words are merged anew each time: they are rare, and would fill the cache with junk. */
const longestCached = 64
/** Distinct words of up to 16 bytes that the cache holds before it is emptied, and ids that have no room in their entries: 20 MB. */
const shortWords = 1 << 18
const spilledIds = 1 << 20
/** Distinct longer words, and ids of these: about 8 MB. */
const longWords = 1 << 16
const longIds = 1 << 19

/** Ids that an entry of the table of short words has room for. */
const inside = 3

type Encode = (bytes: Uint8Array, at: number, end: number, out: Ids) => void

/**
 * Encodes UTF-8: cuts words and looks each one up whole in a table of the words met so far; only a new word is merged.
 * The tables are bounded and have no influence on the ids.
 */
export function bpeEncoder(model: BpeModel): Encode {
  const cutWord = model.cut.end
  const merge = model.ignoreMerges ? wholeWords(model) : mergeWord
  const short = new ShortWords()
  const spilled = new Ids()
  const long = longWordEncoder(model, merge)

  /** Merges a word that `short` was asked for. The ids stand in its entry, or their place among the spilled ones. */
  const learn: Encode = (bytes, at, end, out) => {
    if (short.size >= shortWords || spilled.length >= spilledIds) {
      short.clear()
      spilled.length = 0
    }
    const from = out.length
    merge(model, bytes, at, end, out)
    const count = out.length - from
    const place = short.add()
    const { entries } = short
    entries[place + headAt]! |= count << 5
    if (count <= inside) for (let k = 0; k < count; k++) entries[place + payloadAt + k] = out.values[from + k]!
    else {
      entries[place + payloadAt] = spilled.length
      for (let k = from; k < out.length; k++) spilled.push(out.values[k]!)
    }
  }

  return (bytes, at, end, out) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // From here on 16 bytes cannot be read any more.
    const near = bytes.byteLength - longestShort
    let i = at
    while (i < end) {
      const stop = cutWord(bytes, i, end)
      const length = stop - i
      if (length <= longestShort && i <= near) {
        const place = short.find(view, i, length)
        if (place < 0) learn(bytes, i, stop, out)
        else {
          const { entries } = short
          const count = entries[place + headAt]! >>> 5
          if (out.length + count + inside > out.values.length) out.reserve(count + inside)
          const { values } = out
          let o = out.length
          if (count <= inside) {
            // All three are written, those beyond the count are written over by the next: no branch to guess.
            values[o] = entries[place + payloadAt]!
            values[o + 1] = entries[place + payloadAt + 1]!
            values[o + 2] = entries[place + payloadAt + 2]!
          } else {
            const from = entries[place + payloadAt]!
            for (let k = 0; k < count; k++) values[o + k] = spilled.values[from + k]!
          }
          o += count
          out.length = o
        }
      } else if (length > longestCached) merge(model, bytes, i, stop, out)
      else long(bytes, i, stop, out)
      i = stop
    }
  }
}

/** Encodes a word by a table of words of any length. */
function longWordEncoder(model: BpeModel, merge: typeof mergeWord): Encode {
  const words = new ByteStrings({ strings: 1024, bytes: 32768 })
  const ids = new Ids(4096)
  const ends = new Ids(1024)
  return (bytes, at, end, out) => {
    const hash = hashBytes(bytes, at, end)
    let word = words.find(bytes, at, end, hash)
    if (word < 0) {
      if (words.size >= longWords || ids.length >= longIds) {
        words.clear()
        ids.length = 0
        ends.length = 0
      }
      word = words.add(bytes, at, end, hash)
      merge(model, bytes, at, end, ids)
      ends.push(ids.length)
    }
    const from = word === 0 ? 0 : ends.values[word - 1]!
    const to = ends.values[word]!
    out.reserve(to - from)
    const { values } = out
    let { length } = out
    for (let k = from; k < to; k++) values[length++] = ids.values[k]!
    out.length = length
  }
}

/** Merges only words that are no token as a whole. */
function wholeWords({ bytes, special }: BpeModel): typeof mergeWord {
  const specials = new Set(special.values())
  const known = new ByteStrings({ strings: bytes.length, bytes: bytes.length * 8 })
  const idOf: number[] = []
  bytes.forEach((token, id) => {
    if (token.length === 0 || specials.has(id)) return
    idOf[known.add(token, 0, token.length, hashBytes(token, 0, token.length))] = id
  })
  return (model, word, at, end, out) => {
    const found = known.find(word, at, end, hashBytes(word, at, end))
    if (found >= 0) out.push(idOf[found]!)
    else mergeWord(model, word, at, end, out)
  }
}
