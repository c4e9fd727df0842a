import { blocksBatch, blocksSchema } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { batchesSource, collect, rowsOf } from '../testing/harness.ts'
import { batch } from './batch.ts'

const source = (sizes: number[]) => {
  let next = 0
  const batches = sizes.map(size => {
    const ids = Int32Array.from({ length: size * 2 }, (_, i) => next + (i >> 1))
    next += size
    return blocksBatch({ width: 2, ids })
  })
  return batchesSource(blocksSchema(2), batches)
}

async function batched(sizes: number[], batchSize: number) {
  const { frames, events } = await collect({ source: source(sizes), stages: [batch({ batchSize })] })
  const notes = events.filter(event => event.type === 'note')
  return { all: frames.map(frame => rowsOf(frame).map(row => row.ids[0])), notes, frames }
}

describe('batch', () => {
  test.each([
    [[3, 3, 3, 3], 4],
    [[12], 4],
    [[1, 1, 1, 1, 1, 1, 1, 1], 4],
    [[0, 5, 0, 3, 0], 4],
    [[9], 1],
  ])('%j in batches of %d', async (sizes, batchSize) => {
    const { all, notes } = await batched(sizes, batchSize)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    const full = all.filter(rows => rows.length > 0)
    expect(full.map(rows => rows.length)).toEqual(full.map(() => batchSize))
    expect(full.flat()).toEqual(Array.from({ length: total }, (_, i) => i))
    expect(notes).toEqual([])
  })

  test('every frame lets one out at least, and the last one for it carries its seq', async () => {
    const { all, frames } = await batched([3, 6, 2], 4)
    expect(all.map(rows => rows.length)).toEqual([0, 4, 4, 0])
    expect(frames.map(frame => frame.seq)).toEqual([1, 1, 2, 3])
  })

  test('says what it drops', async () => {
    const { all, notes } = await batched([3, 4], 5)
    expect(all.flat()).toEqual([0, 1, 2, 3, 4])
    expect(notes).toEqual([
      { type: 'note', stage: 'batch', message: 'dropped the last 2 blocks: a batch needs 5', values: { rows: 2 } },
    ])
  })

  test('too few blocks for one batch are an error', async () => {
    await expect(batched([3], 4)).rejects.toMatchObject({
      name: 'DataError',
      stage: 'batch',
      message: 'the text gives 3 blocks, one batch needs 4',
      advice: 'set batchSize to at most 3, add text, or go through it more than once',
    })
    await expect(batched([], 4)).rejects.toMatchObject({
      message: 'the text gives 0 blocks, one batch needs 4',
      advice: 'add text',
    })
  })

  test('declares what it holds, and refuses what cannot be', () => {
    const stage = batch({ batchSize: 10 })
    stage.schema(blocksSchema(9))
    expect(stage.window).toBe(10 * 9 * 4 * 3)
    expect(() => batch({ batchSize: 0 })).toThrow('batchSize must be a whole number above 0, found 0')
  })
})
