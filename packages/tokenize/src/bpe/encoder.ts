import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import { longestShort, ShortWords } from '../tables/short-words.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

/** Longer words are merged anew each time: they are rare, and would fill the cache with junk. */
const longestCached = 64
/** Distinct words of up to 16 bytes that the cache holds before it is emptied: 16 MB at most. */
const shortWords = 1 << 18
/** Distinct longer words, and ids of these: about 8 MB at most. */
const longWords = 1 << 16
const longIds = 1 << 19

/**
 * Encodes UTF-8: cuts words and looks each one up whole in a table of the words met so far; only a new word is merged.
 * The tables are bounded and have no influence on the ids.
 */
export function bpeEncoder(model: BpeModel): (bytes: Uint8Array, at: number, end: number, out: Ids) => void {
  const cutWord = model.cut.end
  const merge = model.ignoreMerges ? wholeWords(model) : mergeWord
  const short = new ShortWords(shortWords)
  const long = longWordEncoder(model, merge)
  return (bytes, at, end, out) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // From here on 16 bytes cannot be read any more.
    const near = bytes.byteLength - longestShort
    let i = at
    while (i < end) {
      const stop = cutWord(bytes, i, end)
      const length = stop - i
      if (length <= longestShort && i <= near) {
        if (!short.find(view, i, length, out)) {
          const from = out.length
          merge(model, bytes, i, stop, out)
          short.learn(out, from)
        }
      } else if (length > longestCached) merge(model, bytes, i, stop, out)
      else long(bytes, i, stop, out)
      i = stop
    }
  }
}

/** Encodes a word by a table of words of any length. */
function longWordEncoder(
  model: BpeModel,
  merge: typeof mergeWord,
): (bytes: Uint8Array, at: number, end: number, out: Ids) => void {
  let words = new ByteStrings({ strings: 1024, bytes: 32768 })
  let starts = new Int32Array(1024)
  let ids = new Ids(4096)
  return (bytes, at, end, out) => {
    const hash = hashBytes(bytes, at, end)
    let word = words.find(bytes, at, end, hash)
    if (word < 0) {
      if (words.size >= longWords || ids.length >= longIds) {
        words = new ByteStrings({ strings: 1024, bytes: 32768 })
        ids = new Ids(4096)
      }
      word = words.add(bytes, at, end, hash)
      if (word + 1 >= starts.length) {
        const grown = new Int32Array(starts.length * 2)
        grown.set(starts)
        starts = grown
      }
      merge(model, bytes, at, end, ids)
      starts[word + 1] = ids.length
    }
    const from = starts[word]!
    const to = starts[word + 1]!
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
