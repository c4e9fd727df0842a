import { renameSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { runTiny, scratch, tinyConfig, writeTiny } from '../testing/tiny.ts'

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

const dying = `
import { existsSync, rmSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
const mark = new URL('./die', import.meta.url)
export default () => {
  if (!isMainThread && existsSync(mark)) {
    rmSync(mark)
    process.exit(9)
  }
  return true
}
`

test.each([
  ['ends the run where a table goes with it, to be gone on with', [{ use: 'dedup' }], true],
  ['is replaced where nothing goes with it', [], false],
])('the death of the thread %s', { timeout: 300_000 }, async (_, others, ends) => {
  const folder = await scratch()
  await writeFile(join(folder, 'dying.mjs'), dying)
  const config = {
    dataWorkers: 1,
    refine: [{ use: 'filter', module: './dying.mjs' }, ...others],
    data: { ...data, evaluation: { share: 0 } },
    train: { ...tinyConfig.train, steps: 30, evaluateEvery: 30 },
    checkpoint: { every: 30, keep: 2, formats: ['safetensors'] },
  }
  const file = await writeTiny(folder, config)
  await runTiny(file, { runsDir: join(folder, 'whole') })
  const runsDir = join(folder, 'harmed')
  const stop = new AbortController()
  await runTiny(file, { runsDir, signal: stop.signal }, event => {
    if (event.type === 'metric' && event.step === 10) stop.abort()
  })
  // It dies at the first document that it reads when it goes on, however quick it is.
  await writeFile(join(folder, 'die'), '')
  const warnings: string[] = []
  const harmed = runTiny(file, { runsDir, mode: 'resume' }, event => {
    if (event.type === 'warning') warnings.push(event.message)
  })
  if (ends) {
    await expect(harmed).rejects.toMatchObject({
      stage: 'data',
      message: 'the thread of "data" ended with exit code 9, and with it what its stages had gathered',
      advice: 'nothing that was trained on is lost: go on from the last checkpoint with --resume',
    })
    await runTiny(file, { runsDir, mode: 'resume' })
  } else {
    await harmed
    expect(warnings).toEqual(['the thread of "data" ended with exit code 9; another goes on where it was'])
  }
  const [expected, found] = await Promise.all([outcome(join(folder, 'whole')), outcome(runsDir)])
  expect(expected.losses).toHaveLength(30)
  expect(found.losses).toEqual(expected.losses)
  expect(found.weights).toEqual(expected.weights)
  expect(found.cursor).toEqual(expected.cursor)
})

test('a worker that dies while the tokenizer learns is told of', async () => {
  const folder = await scratch()
  await writeFile(join(folder, 'dying.mjs'), dying)
  const file = await writeTiny(folder, { refine: [{ use: 'filter', module: './dying.mjs', workers: 1 }] })
  // The first pass in workers is that of the tokenizer.
  await writeFile(join(folder, 'die'), '')
  const { events } = await runTiny(file, { runsDir: join(folder, 'runs') })
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([
    { stage: 'filter-1', message: 'a worker ended with exit code 9; another takes its place' },
  ])
})

test('what both threads hold stays within the memory of the recipe', async () => {
  const folder = await scratch()
  const memory = 301_000_000
  const file = await writeTiny(folder, {
    dataWorkers: 1,
    memory,
    refine,
    data: { ...data, shuffle: '100kB', evaluation: { share: 0 } },
    train: { ...tinyConfig.train, steps: 60, evaluateEvery: 60 },
  })
  const { events } = await runTiny(file, { runsDir: join(folder, 'runs') })
  const told = events.findLast(event => event.type === 'memory')
  if (told?.type !== 'memory') expect.fail('memory was not told of')
  expect(told.mostHeld.shuffle).toBeGreaterThan(50_000)
  // The most of each thread, as if it had been at one moment.
  expect(told.mostInFlight).toBeLessThanOrEqual(memory - 300_000_000)
  expect(told.limit).toBeLessThanOrEqual(memory - 300_000_000)
})

const two = [
  { use: 'text', path: 'corpus/*.txt' },
  { use: 'text', path: 'corpus/a.txt', id: 'once more' },
]
const asSeen = /^text: corpus\/b\.txt: cannot look at it \(ENOENT\)/
const asKept = /the text is not what it was: corpus\/b\.txt is gone/

test.each([
  ['on this thread', {}, asSeen],
  ['in a thread', { dataWorkers: 1 }, asKept],
  ['in a mix by tokens', { sources: two, mix: { unit: 'tokens' } }, asSeen],
  ['with tokens kept', { data: { ...data, cache: {} } }, asSeen],
])('a file that goes before the data begins is not left out, %s', async (_, changes, says) => {
  const folder = await scratch()
  const file = await writeTiny(folder, changes)
  const failed = await runTiny(file, { runsDir: join(folder, 'runs') }, event => {
    // The run has looked at its files by then.
    if (event.type === 'note' && event.stage === 'recipe')
      renameSync(join(folder, 'corpus', 'b.txt'), join(folder, 'elsewhere'))
  }).catch((error: Error) => error)
  expect(String(failed)).toMatch(says)
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
