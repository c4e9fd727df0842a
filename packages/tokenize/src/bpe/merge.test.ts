import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Ids } from '../tables/ids.ts'
import { mergeWord, shortWord } from './merge.ts'
import { mergeLong } from './merge-long.ts'
import { type Merge, type MergeTable, rankMerges } from './model.ts'

/** A model over the bytes 0 to 3 with merges drawn at random: any id may come from several pairs, in any order of rank. */
const models = fc
  .array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 })
  .map(draws => {
    const merges: Merge[] = []
    const spelling = ['a', 'b', 'c', 'd']
    for (const [a, b] of draws) {
      const [left, right] = [a % spelling.length, b % spelling.length]
      if (merges.some(merge => merge.left === left && merge.right === right)) continue
      const joined = spelling[left]! + spelling[right]!
      if (joined.length > 12) continue
      let id = spelling.indexOf(joined)
      if (id < 0) id = spelling.push(joined) - 1
      merges.push({ left, right, id })
    }
    return { merges, spelling }
  })
  .map(({ merges, spelling }) => {
    const byteIds = new Int32Array(256).fill(-1)
    byteIds.set([0, 1, 2, 3])
    const model: MergeTable = { byteIds, ...rankMerges(merges) }
    return { model, merges, spelling }
  })

/** The rule itself: the pair of lowest rank, leftmost first, one merge after the other. */
function plainly(merges: readonly Merge[], word: readonly number[]): number[] {
  const symbols = [...word]
  for (;;) {
    let best = { rank: merges.length, place: -1 }
    for (let i = 0; i + 1 < symbols.length; i++) {
      const rank = merges.findIndex(merge => merge.left === symbols[i] && merge.right === symbols[i + 1])
      if (rank >= 0 && rank < best.rank) best = { rank, place: i }
    }
    if (best.place < 0) return symbols
    symbols.splice(best.place, 2, merges[best.rank]!.id)
  }
}

const word = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 70 })

describe('merging', () => {
  test('a short word and a long one gives what the rule says', () => {
    fc.assert(
      fc.property(models, word, ({ model, merges }, symbols) => {
        const expected = plainly(merges, symbols)
        const bytes = Uint8Array.from(symbols)
        for (const merge of [mergeWord, mergeLong]) {
          const out = new Ids(1)
          merge(model, bytes, 0, bytes.length, out)
          expect(Array.from(out.toArray())).toEqual(expected)
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('both sides of the limit between them agree', () => {
    const merges = [
      { left: 0, right: 0, id: 4 },
      { left: 4, right: 4, id: 5 },
      { left: 5, right: 0, id: 6 },
    ]
    const byteIds = new Int32Array(256).fill(-1)
    byteIds[0x61] = 0
    const model: MergeTable = { byteIds, ...rankMerges(merges) }
    for (let length = shortWord - 6; length < shortWord + 6; length++) {
      const out = new Ids()
      mergeWord(model, new Uint8Array(length).fill(0x61), 0, length, out)
      expect(Array.from(out.toArray())).toEqual(plainly(merges, new Array(length).fill(0)))
    }
  })
})

test('a pair that stands twice among merges counts where it stands last', () => {
  const { pairs, merged } = rankMerges([
    { left: 0, right: 1, id: 4 },
    { left: 1, right: 2, id: 5 },
    { left: 0, right: 1, id: 4 },
  ])
  expect([pairs.find(1, 2), pairs.find(0, 1), pairs.size]).toEqual([0, 1, 2])
  expect(Array.from(merged)).toEqual([5, 4])
})
