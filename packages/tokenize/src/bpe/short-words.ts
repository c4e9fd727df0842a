import { Ids } from '../tables/ids.ts'
import { headAt, payloadAt, ShortWords } from '../tables/short-words.ts'
import type { EncodeUtf8 } from './encoder.ts'
import type { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

/** Distinct words that the table holds before it is emptied, and ids that have no room in their entries: 20 MB. */
const shortWords = 1 << 18
const spilledIds = 1 << 20

/** Ids that an entry of the table has room for. */
const inside = 3

type EncodeWord = (bytes: Uint8Array, view: DataView, at: number, end: number, out: Ids) => void

/** Encodes a word by a table of words of up to 16 bytes. `view` is of the same bytes, 16 of which from `at` on can be read. */
export function shortWordEncoder(model: BpeModel, merge: typeof mergeWord): EncodeWord {
  const short = new ShortWords()
  const spilled = new Ids()

  /** Merges a word that `short` was asked for. The ids stand in its entry, or their place among the spilled ones. */
  const learn: EncodeUtf8 = (bytes, at, end, out) => {
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

  return (bytes, view, at, end, out) => {
    const place = short.find(view, at, end - at)
    if (place < 0) {
      learn(bytes, at, end, out)
      return
    }
    const { entries } = short
    const count = entries[place + headAt]! >>> 5
    out.reserve(count + inside)
    const { values, length } = out
    if (count <= inside) {
      // All three are written, those beyond the count are written over by the next: no branch to guess.
      values[length] = entries[place + payloadAt]!
      values[length + 1] = entries[place + payloadAt + 1]!
      values[length + 2] = entries[place + payloadAt + 2]!
    } else {
      const from = entries[place + payloadAt]!
      for (let k = 0; k < count; k++) values[length + k] = spilled.values[from + k]!
    }
    out.length = length + count
  }
}
