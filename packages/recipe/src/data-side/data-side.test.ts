import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { runTiny, scratch, writeTiny } from '../testing/tiny.ts'

// Where the data side runs changes nothing: not the steps, not the checkpoints, not what is told; nor does it when a run is gone on
// with in another way than it began.

const data = { blockSize: 16, batchSize: 4, shuffle: '4kB', evaluation: { share: 0.1, by: 'tail', tokens: 500 } }
const refine = [{ use: 'normalize' }, { use: 'dedup' }]
const apart = { refine, dataWorkers: 1 }

async function outcome(folder: string) {
  const found = await listCheckpoints(join(folder, 'tiny', 'checkpoints'))
  const { weights, cursor } = await readCheckpoint(found.at(-1)!.path)
  const lines = (await readFile(join(folder, 'tiny', 'metrics.jsonl'), 'utf8')).trim().split('\n')
  const events = lines.map(line => JSON.parse(line) as RunEvent)
  const told = (type: RunEvent['type']) => events.filter(event => event.type === type)
  return {
    cursor,
    weights: [...weights].map(([name, { data }]) => [name, [...data]]),
    losses: told('metric').map(event => event.type === 'metric' && [event.step, event.values.loss]),
    // How far stages have read ahead when a run ends is told in numbers, and is a matter of time.
    told: [...told('refined'), ...told('note')].map(event => 'stage' in event && event.stage),
  }
}

test('batches from a thread are the batches, and so is all that follows from them', { timeout: 240_000 }, async () => {
  // One file for all: paths in messages and cursors are then the same.
  const folder = await scratch()
  const runsDir = (name: string) => join(folder, name)
  const train = async (config: object, name: string, options: object = {}, stopAt?: number) => {
    const file = await writeTiny(folder, config)
    const stop = new AbortController()
    return runTiny(file, { runsDir: runsDir(name), signal: stop.signal, ...options }, event => {
      if (event.type === 'metric' && event.step === stopAt) stop.abort()
    })
  }
  await train({ refine }, 'plain')
  const expected = await outcome(runsDir('plain'))
  expect(expected.losses).toHaveLength(8)

  const inWorkers = { ...apart, refine: [{ use: 'normalize', workers: 1 }, { use: 'dedup' }] }
  const { events } = await train(inWorkers, 'whole')
  expect(await outcome(runsDir('whole'))).toEqual(expected)
  const finished = events.findLast(event => event.type === 'finished')
  const counters = finished?.type === 'finished' ? finished.counters : []
  const ids = ['text', 'normalize-1', 'dedup-2', 'split', 'tokenize', 'pack', 'shuffle', 'batch', 'train', 'checkpoint']
  expect(counters.map(({ id }) => id)).toEqual(ids)
  expect(counters.find(({ id }) => id === 'normalize-1')).toMatchObject({ thread: 'data', workers: 1 })
  expect(counters.find(({ id }) => id === 'tokenize')!.rows).toBeGreaterThan(0)
  // What is held there is told as if it were here, and once.
  const memory = events.filter(event => event.type === 'memory').at(-1)
  expect(memory?.type === 'memory' && memory.mostHeld['dedup-2']).toBeGreaterThan(0)
  expect(events.filter(event => event.type === 'warning')).toEqual([])

  // Stopped after step 3, gone on with there and here.
  for (const [name, first, second] of [
    ['from-there', apart, { refine }],
    ['from-here', { refine }, apart],
  ] as const) {
    const begun = await train(first, name, {}, 3)
    expect(begun.summary.outcome).toBe('stopped')
    const resumed = await train(second, name, { mode: 'resume' })
    expect(resumed.events.filter(event => event.type === 'warning')).toEqual([])
    const { losses, weights, cursor } = await outcome(runsDir(name))
    expect({ losses, weights, cursor }).toEqual({
      losses: expected.losses,
      weights: expected.weights,
      cursor: expected.cursor,
    })
  }
})

test('an error of the data side keeps its origin', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, {
    dataWorkers: 1,
    data: { ...data, batchSize: 5000 },
    mix: { epochs: 1 },
  })
  await expect(runTiny(file, { runsDir: join(folder, 'runs') })).rejects.toMatchObject({
    name: 'DataError',
    stage: 'batch',
    message: expect.stringMatching(/^the text gives \d+ blocks, one batch needs 5000$/),
  })
})

test('workers for a stage that keeps state are refused before anything begins', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { refine: [{ use: 'dedup', workers: 2 }] })
  await expect(runTiny(file, { runsDir: join(folder, 'runs') })).rejects.toThrow(
    '"dedup" keeps state from document to document and cannot run in workers; these can: ' +
      'decontaminate, filter, language, normalize, pii, quality',
  )
})
