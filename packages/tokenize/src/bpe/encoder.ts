import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'
import { gpt2Word } from './words.ts'

/** Longer words are merged anew each time: they are rare, and would fill the cache with junk. */
const longestCached = 64
/** Distinct words and bytes of ids the cache holds before it is emptied: about 24 MB at most. */
const cachedWords = 1 << 18
const cachedIds = 1 << 20

/**
 * Encodes UTF-8: cuts words and looks each one up whole in a table of the words met so far; only a new word is merged.
 * The table is bounded and has no influence on the ids.
 */
export function bpeEncoder(model: BpeModel): (bytes: Uint8Array, at: number, end: number, out: Ids) => void {
  let words = new ByteStrings({ strings: 4096, bytes: 32768 })
  let starts = new Int32Array(4096)
  let ids = new Ids(8192)

  const learn = (bytes: Uint8Array, at: number, end: number, hash: number): number => {
    if (words.size >= cachedWords || ids.length >= cachedIds) {
      words = new ByteStrings({ strings: 4096, bytes: 32768 })
      ids = new Ids(8192)
    }
    const word = words.add(bytes, at, end, hash)
    if (word + 1 >= starts.length) {
      const grown = new Int32Array(starts.length * 2)
      grown.set(starts)
      starts = grown
    }
    mergeWord(model, bytes, at, end, ids)
    starts[word + 1] = ids.length
    return word
  }

  return (bytes, at, end, out) => {
    let i = at
    while (i < end) {
      const stop = gpt2Word(bytes, i, end)
      if (stop - i > longestCached) {
        mergeWord(model, bytes, i, stop, out)
      } else {
        const hash = hashBytes(bytes, i, stop)
        let word = words.find(bytes, i, stop, hash)
        if (word < 0) word = learn(bytes, i, stop, hash)
        const from = starts[word]!
        const to = starts[word + 1]!
        if (out.length + to - from > out.values.length) out.reserve(to - from)
        const { values } = out
        let length = out.length
        for (let k = from; k < to; k++) values[length++] = ids.values[k]!
        out.length = length
      }
      i = stop
    }
  }
}
