import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WordTable } from './word-table.ts'

const encoder = new TextEncoder()

function counted(words: readonly string[], maxWords?: number) {
  const table = new WordTable(maxWords)
  const text = encoder.encode(words.join(''))
  let at = 0
  for (const word of words) {
    const end = at + Buffer.byteLength(word)
    table.add(text, at, end)
    at = end
  }
  const { size, arena, starts, counts, pruned } = table.result(at)
  const of = (i: number) => Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('utf8')
  return { pruned, table, map: new Map(Array.from({ length: size }, (_, i) => [of(i), counts[i]!])) }
}

const word = fc.oneof(fc.constantFrom('a', 'the', 'whale', '\0', '\0\0', 'ⅷ'), fc.stringMatching(/^[a-c]{1,20}$/))

test('counts what a Map counts', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 300 }), words => {
      const map = new Map<string, number>()
      for (const each of words) map.set(each, (map.get(each) ?? 0) + 1)
      const { map: found, pruned } = counted(words)
      expect([...found].sort()).toEqual([...map].sort())
      expect(pruned).toEqual({ words: 0, occurrences: 0 })
    }),
  )
})

test('full, it gives up the rarest and tells how many', () => {
  const words = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 'often' : `rare ${i}${'x'.repeat(i % 20)}`))
  const { map, pruned } = counted(words, 100)
  expect(map.size).toBeLessThanOrEqual(100)
  expect(map.get('often')).toBe(1000)
  const held = [...map.values()].reduce((a, b) => a + b, 0)
  expect(held + pruned.occurrences).toBe(3000)
  expect(pruned.words).toBe(pruned.occurrences)
})

test('counts beyond 32 bits are exact', () => {
  const table = new WordTable()
  const bytes = encoder.encode('whale, and sixteen bytes more')
  for (let i = 0; i < 5; i++) table.add(bytes, 0, 5, 2 ** 30 - 1)
  table.add(bytes, 0, 5, 2 ** 40 + 1)
  for (const long of [1, 2 ** 33]) table.add(bytes, 0, 20, long)
  expect([...table.result(0).counts]).toEqual([5 * (2 ** 30 - 1) + 2 ** 40 + 1, 2 ** 33 + 1])
})
