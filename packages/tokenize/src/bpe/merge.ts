import type { Ids } from '../tables/ids.ts'
import { mergeLong } from './merge-long.ts'
import type { MergeTable } from './model.ts'

// Merging a word: of all pairs of neighbours, the one of lowest rank, leftmost first, becomes one token, until none has a rank
// (Sennrich, Haddow and Birch 2016). Two ways to the same ids: looking through a short word again and again is fastest;
// a long one keeps its pairs in a heap, so that 100,000 times "a" cost n log n.

/** Bytes up to which a word counts as short. */
export const shortWord = 48

const none = 0x7fffffff
const symbols = new Int32Array(shortWord)
/** Of the pair that begins at the same place. */
const ranks = new Int32Array(shortWord)

/** Appends the ids of the word `bytes[at … end)`. A byte that the vocabulary lacks is left out (loading checks for that). */
export function mergeWord(model: MergeTable, bytes: Uint8Array, at: number, end: number, out: Ids): void {
  if (end - at > shortWord) {
    mergeLong(model, bytes, at, end, out)
    return
  }
  const { byteIds, merged } = model
  let count = 0
  for (let i = at; i < end; i++) {
    const id = byteIds[bytes[i]!]!
    if (id >= 0) symbols[count++] = id
  }
  for (let i = 0; i + 1 < count; i++) ranks[i] = rank(model, i)
  while (count > 1) {
    let best = none
    let place = 0
    for (let i = 0; i + 1 < count; i++) {
      if (ranks[i]! < best) {
        best = ranks[i]!
        place = i
      }
    }
    if (best === none) break
    symbols[place] = merged[best]!
    count--
    for (let i = place + 1; i < count; i++) {
      symbols[i] = symbols[i + 1]!
      ranks[i] = ranks[i + 1]!
    }
    if (place + 1 < count) ranks[place] = rank(model, place)
    if (place > 0) ranks[place - 1] = rank(model, place - 1)
  }
  out.reserve(count)
  for (let i = 0; i < count; i++) out.values[out.length++] = symbols[i]!
}

function rank(model: MergeTable, place: number): number {
  const found = model.pairs.find(symbols[place]!, symbols[place + 1]!)
  return found < 0 ? none : found
}
