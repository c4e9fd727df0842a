import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

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
  const cutWord = model.cut.end
  const merge = model.ignoreMerges ? wholeWords(model) : mergeWord
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
    merge(model, bytes, at, end, ids)
    starts[word + 1] = ids.length
    return word
  }

  return (bytes, at, end, out) => {
    let i = at
    while (i < end) {
      const stop = cutWord(bytes, i, end)
      if (stop - i > longestCached) {
        merge(model, bytes, i, stop, out)
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
