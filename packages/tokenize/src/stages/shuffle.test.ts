import { blocksBatch, blocksSchema } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { batchesSource, collect, rowsOf } from '../testing/harness.ts'
import { shuffle } from './shuffle.ts'

/** Blocks of width 3 whose first id is the block's number. */
const blocks = (from: number, count: number) =>
  blocksBatch({
    width: 3,
    ids: Int32Array.from({ length: count * 3 }, (_, i) => (i % 3 === 0 ? from + i / 3 : 7)),
    spans: Array.from({ length: count }, (_, i) => ({
      doc_id: `d${from + i}`,
      source: 's',
      start: 0,
      length: 3,
      bytes: 1,
    })),
    spanOffsets: Int32Array.from({ length: count + 1 }, (_, i) => i),
  })

/** `total` blocks in frames of `size`. */
const source = (total: number, size: number) =>
  batchesSource(
    blocksSchema(3),
    Array.from({ length: Math.ceil(total / size) }, (_, i) => blocks(i * size, Math.min(size, total - i * size))),
  )

async function order(total: number, size: number, options: Parameters<typeof shuffle>[0], seed = 1): Promise<number[]> {
  const { frames } = await collect({ source: source(total, size), stages: [shuffle(options)], seed })
  const rows = frames.flatMap(rowsOf)
  // A block keeps what belongs to it.
  for (const row of rows) expect(row.spans[0].doc_id).toBe(`d${row.ids[0]}`)
  return rows.map(row => row.ids[0])
}

const count = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i)
const sorted = (list: number[]) => [...list].sort((a, b) => a - b)

describe('shuffle', () => {
  test('every window is permuted within itself, each in an order of its own', async () => {
    const given = await order(35, 4, { rows: 10 })
    const windows = [0, 10, 20, 30].map(at => given.slice(at, at + 10))
    expect(windows.map(sorted)).toEqual([count(10), count(10, 10), count(10, 20), count(5, 30)])
    const orders = windows.map((window, i) => window.map(id => id - 10 * i))
    expect(new Set(orders.slice(0, 3).map(String)).size).toBe(3)
    expect(orders[0]).not.toEqual(count(10))
  })

  test('the order hangs on seed, id and place, not on how the input is cut into frames', async () => {
    const given = await order(50, 7, { rows: 20 })
    expect(await order(50, 1, { rows: 20 })).toEqual(given)
    expect(await order(50, 50, { rows: 20, frameBytes: 40 })).toEqual(given)
    expect(await order(50, 7, { rows: 20 }, 2)).not.toEqual(given)
    expect(await order(50, 7, { rows: 20, id: 'again' })).not.toEqual(given)
    expect(sorted(await order(50, 7, { rows: 20, id: 'again' }))).toEqual(count(50))
    // The order of a seed is part of what a run is and may not change. These numbers are from a program of its own in Python.
    expect(await order(8, 3, { rows: 8 })).toEqual([5, 4, 7, 3, 6, 2, 0, 1])
  })

  test('a permutation is as likely as another', async () => {
    const seen = new Map<string, number>()
    const given = await order(6000, 6000, { rows: 3 })
    for (let at = 0; at < given.length; at += 3) {
      const key = given
        .slice(at, at + 3)
        .map(id => id - at)
        .join('')
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    expect(seen.size).toBe(6)
    for (const times of seen.values()) expect(Math.abs(times - 2000 / 6)).toBeLessThan(70)
  })

  test('a window in bytes holds what fits', async () => {
    const stage = shuffle({ window: 100 })
    stage.schema(blocksSchema(3))
    expect(stage.window).toBe(100)
    const given = await order(12, 12, { window: 36 * 4 })
    expect([0, 4, 8].map(at => sorted(given.slice(at, at + 4)))).toEqual([count(4), count(4, 4), count(4, 8)])
    expect(await order(3, 3, { window: 1 })).toEqual([0, 1, 2])
    const byRows = shuffle({ rows: 5 })
    byRows.schema(blocksSchema(3))
    expect(byRows.window).toBe(5 * 36)
  })

  test('refuses to go on with another window', async () => {
    const { frames } = await collect({ source: source(20, 5), stages: [shuffle({ rows: 10 })] })
    const from = frames[1]!.cursor
    await expect(collect({ source: source(20, 5), stages: [shuffle({ rows: 8 })], from })).rejects.toMatchObject({
      name: 'StateError',
      stage: 'shuffle',
      message: 'the run was shuffled in windows of 10 rows, now it would be 8',
      advice: 'resume with the same window and block size',
    })
    expect(() => shuffle({ window: 0 })).toThrow('the window must be at least 1, found 0')
  })
})
