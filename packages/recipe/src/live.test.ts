import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, type StageCounters } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { liveFile, liveWriter } from './live.ts'
import { runTiny, scratch, writeTiny } from './testing/tiny.ts'

const counters = (busy: number): StageCounters[] => [
  {
    id: 'train',
    kind: 'stage',
    rows: 1,
    bytes: 2,
    frames: 3,
    busy,
    waitingForInput: 0,
    waitingForOutput: 0,
    held: 0,
    mostHeld: 0,
  },
]

test('tells the moment, at most twice a second, and what changes everything at once', async () => {
  const path = join(await scratch(), liveFile)
  let at = 1000
  const live = liveWriter(path, () => at)
  const told = async () => JSON.parse(await readFile(path, 'utf8'))
  live.update({ type: 'preparing', what: 'tokenizer', detail: 'learning', share: 0.5 })
  expect(await told()).toEqual({
    at: 1000,
    phase: 'preparing',
    preparing: { what: 'tokenizer', detail: 'learning', share: 0.5 },
    memory: expect.any(Number),
  })
  at = 1100
  live.update({ type: 'progress', counters: counters(1), bytesInFlight: 7 })
  expect((await told()).at).toBe(1000)
  live.update({ type: 'metric', step: 1, values: {} })
  expect(await told()).toMatchObject({ at: 1100, phase: 'training', counters: counters(1), bytesInFlight: 7 })
  expect(await told()).not.toHaveProperty('preparing')
  at = 1600
  live.update({ type: 'progress', counters: counters(2), bytesInFlight: 8 })
  expect(await told()).toMatchObject({ at: 1600, counters: counters(2) })
  live.end(new DataError('is torn', { file: 'a.txt' }))
  expect(await told()).toMatchObject({ phase: 'ended', outcome: 'failed', fault: 'a.txt: is torn' })
})

test('what cannot be written is given up', async () => {
  const live = liveWriter(join(await scratch(), 'missing', liveFile))
  expect(() => live.end()).not.toThrow()
})

test('a run leaves its counters and its outcome there', async () => {
  const folder = await scratch()
  await runTiny(await writeTiny(folder), { runsDir: folder })
  const live = JSON.parse(await readFile(join(folder, 'tiny', liveFile), 'utf8'))
  expect(live).toMatchObject({ phase: 'ended', outcome: 'finished', bytesInFlight: 0 })
  expect(live.counters.map(({ id }: StageCounters) => id)).toContain('train')
})
