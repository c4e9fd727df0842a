import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { mergeWord } from './merge.ts'
import type { BpeModel } from './model.ts'

/** Merges only words that are no token as a whole. */
export function wholeWords({ bytes, special }: BpeModel): typeof mergeWord {
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
