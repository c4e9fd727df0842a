import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import type { EncodeUtf8 } from './encoder.ts'
import type { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

/** Longer words are merged anew each time: they are rare, and would fill the table with junk. */
const longestKept = 64
/** Distinct words that the table holds before it is emptied, and ids of these: about 8 MB. */
const longWords = 1 << 16
const longIds = 1 << 19

/** Encodes a word by a table of words of any length. */
export function longWordEncoder(model: BpeModel, merge: typeof mergeWord): EncodeUtf8 {
  const words = new ByteStrings({ strings: 1024, bytes: 32768 })
  const ids = new Ids(4096)
  const ends = new Ids(1024)
  return (bytes, at, end, out) => {
    if (end - at > longestKept) {
      merge(model, bytes, at, end, out)
      return
    }
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
