import { ByteStrings, hashBytes, hashEnd, hashStart, hashStep } from '../tables/byte-strings.ts'
import { Ids } from '../tables/ids.ts'
import type { WordPieceModel } from './model.ts'
import { type BertWord, bertWords } from './words.ts'

/** Longer words are looked through anew each time. */
const longestCached = 64
/** Distinct words and ids the cache holds before it is emptied. */
const cachedWords = 1 << 18
const cachedIds = 1 << 20

/** Encodes UTF-8: of each word the longest piece that the vocabulary has, then the longest one that continues it, and so on. */
export function wordPieceEncoder(model: WordPieceModel) {
  const match = matcher(model)
  const visitWords = bertWords(model.normalizer)
  let words = new ByteStrings({ strings: 4096, bytes: 32768 })
  let starts = new Int32Array(4096)
  let ids = new Ids(8192)

  const learn = (word: BertWord, hash: number): number => {
    if (words.size >= cachedWords || ids.length >= cachedIds) {
      words = new ByteStrings({ strings: 4096, bytes: 32768 })
      ids = new Ids(8192)
    }
    const index = words.add(word.bytes, 0, word.length, hash)
    if (index + 1 >= starts.length) {
      const grown = new Int32Array(starts.length * 2)
      grown.set(starts)
      starts = grown
    }
    match(word, ids)
    starts[index + 1] = ids.length
    return index
  }

  /** Appends the ids of `bytes[at … end)`. */
  const encode = (bytes: Uint8Array, at: number, end: number, out: Ids): void => {
    visitWords(bytes, at, end, word => {
      if (word.length > longestCached) {
        match(word, out)
        return
      }
      const hash = hashBytes(word.bytes, 0, word.length)
      let index = words.find(word.bytes, 0, word.length, hash)
      if (index < 0) index = learn(word, hash)
      for (let k = starts[index]!; k < starts[index + 1]!; k++) out.push(ids.values[k]!)
    })
  }

  /** The same, and to `spans` where each id's characters begin and end in `bytes`. */
  const encodeSpans = (bytes: Uint8Array, at: number, end: number, out: Ids, spans: Ids): void => {
    const ends = new Ids(16)
    visitWords(bytes, at, end, word => {
      ends.length = 0
      match(word, out, ends)
      for (let k = 0, from = 0; k < ends.length; k++) {
        const to = ends.values[k]!
        spans.push(word.from[from]!)
        spans.push(word.to[to - 1]!)
        from = to
      }
    })
  }
  return { encode, encodeSpans }
}

/** Appends the ids of one word to `out`, and where each ends within it to `ends`. */
function matcher(model: WordPieceModel): (word: BertWord, out: Ids, ends?: Ids) => void {
  const { tokens, special, prefix, longestWord } = model
  const unknown = special.get(model.unknown) ?? tokens.indexOf(model.unknown)
  const first = pieces()
  const further = pieces()
  const encoder = new TextEncoder()
  tokens.forEach((token, id) => {
    if (token === undefined || special.has(token)) return
    first.add(encoder.encode(token), id)
    if (token.startsWith(prefix)) further.add(encoder.encode(token.slice(prefix.length)), id)
  })
  const hashes = new Int32Array(Math.max(first.longest, further.longest) + 1)

  return (word, out, ends) => {
    const { bytes, length } = word
    const before = out.length
    const endsBefore = ends?.length ?? 0
    let at = characters(bytes, length) > longestWord ? -1 : 0
    while (at >= 0 && at < length) {
      const { table, idOf, longest } = at === 0 ? first : further
      const most = Math.min(longest, length - at)
      let hash = hashStart
      for (let i = 0; i < most; i++) {
        hash = hashStep(hash, bytes[at + i]!)
        hashes[i] = hashEnd(hash)
      }
      let next = -1
      for (let i = most; i > 0; i--) {
        const found = table.find(bytes, at, at + i, hashes[i - 1]!)
        if (found < 0) continue
        out.push(idOf[found]!)
        next = at + i
        ends?.push(next)
        break
      }
      at = next
    }
    if (at >= 0) return
    // A part that the vocabulary lacks makes the whole word unknown.
    out.length = before
    out.push(unknown)
    if (!ends) return
    ends.length = endsBefore
    ends.push(length)
  }
}

function pieces() {
  const table = new ByteStrings()
  const idOf: number[] = []
  return {
    table,
    idOf,
    longest: 0,
    add(bytes: Uint8Array, id: number): void {
      if (bytes.length === 0) return
      idOf[table.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length))] = id
      this.longest = Math.max(this.longest, bytes.length)
    },
  }
}

function characters(bytes: Uint8Array, length: number): number {
  let count = 0
  for (let i = 0; i < length; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++
  return count
}
