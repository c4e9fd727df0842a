import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { badStepsLog } from './bad-steps.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'

const documents = [{ doc_id: 'a.txt', source: 'text' }]

test('keeps what a resumed run has behind it', async () => {
  const path = join(await scratch(), 'bad.jsonl')
  const first = badStepsLog({ path })
  for (const step of [2, 5, 7]) {
    first.add({ step, loss: Number.NaN, gradNorm: 1, reason: 'the loss is NaN', action: 'skip', documents })
  }
  await writeFile(path, `${await readFile(path, 'utf8')}{"step":8,"docu`)
  badStepsLog({ path, after: 5 }).add({ step: 6, loss: 9, gradNorm: 3, reason: 'r', action: 'stop', documents })
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { step: 2, action: 'skip', reason: 'the loss is NaN', loss: 'NaN', grad_norm: 1, documents },
    { step: 5, action: 'skip', reason: 'the loss is NaN', loss: 'NaN', grad_norm: 1, documents },
    { step: 6, action: 'stop', reason: 'r', loss: 9, grad_norm: 3, documents },
  ])
})

test('a run that blows up is skipped on, then stopped, with the documents in its folder', async () => {
  const folder = await scratch()
  const train = { ...tinyConfig.train, learningRate: 1e30, warmup: 0, clip: 0, onBadStep: 'skip', maxBadSteps: 2 }
  const file = await writeTiny(folder, { train: { ...train, evaluateEvery: 100, sample: undefined } })
  await expect(runTiny(file, { runsDir: join(folder, 'runs') })).rejects.toThrow(/after 2 skipped in a row$/)
  const lines = (await readFile(join(folder, 'runs/tiny/bad-steps.jsonl'), 'utf8')).trimEnd().split('\n')
  const bad = lines.map(line => JSON.parse(line))
  expect(bad.map(({ action }) => action)).toEqual(['skip', 'skip', 'stop'])
  for (const { documents } of bad) expect(documents[0]).toEqual({ doc_id: expect.any(String), source: 'text' })
})

test('a run goes back to its last checkpoint at each spike, and a resumed one at the same', {
  timeout: 400_000,
}, async () => {
  const folder = await scratch()
  // Steps that become so large that the loss climbs: what is a little above the mean of those before counts as a spike.
  const rewind = { learningRate: 3, warmup: 28, onBadStep: 'rewind', spike: 1.01, maxBadSteps: 100 }
  const train = { ...tinyConfig.train, ...rewind, steps: 28, evaluateEvery: undefined, sample: undefined }
  // Few checkpoints: most of the time goes into flushing them.
  const checkpoint = { ...tinyConfig.checkpoint, every: 8, early: [] }
  const file = await writeTiny(folder, { train, checkpoint })
  const run = (runsDir: string, options: object = {}, listen = (_: RunEvent) => {}) =>
    runTiny(file, { runsDir: join(folder, runsDir), ...options }, listen)
  const badOf = async (runsDir: string) => {
    const lines = await readFile(join(folder, runsDir, 'tiny/bad-steps.jsonl'), 'utf8')
    return lines
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
  }
  const weightsOf = (runsDir: string) =>
    readFile(join(folder, runsDir, 'tiny/checkpoints/step-000028/model.safetensors'))
  await run('whole')
  const bad = await badOf('whole')
  expect(bad.length).toBeGreaterThan(1)
  for (const { step, action, rewound_to, documents } of bad) {
    expect(action).toBe('rewind')
    // Of step N, the checkpoint of N itself is not written yet.
    expect(rewound_to).toBe(8 * Math.floor((step - 1) / 8))
    expect(documents[0]).toEqual({ doc_id: expect.any(String), source: 'text' })
  }

  const stop = new AbortController()
  const { step: end } = bad.at(-1)!
  await run('halved', { signal: stop.signal }, event => {
    if (event.type === 'metric' && event.step === end - 1) stop.abort()
  })
  await run('halved', { mode: 'resume' })
  expect(await badOf('halved')).toEqual(bad)
  expect(await weightsOf('halved')).toEqual(await weightsOf('whole'))
  await cp(join(folder, 'whole'), join(folder, 'died'), { recursive: true })
  await rm(join(folder, 'died/tiny/checkpoints/step-000028'), { recursive: true })
  await run('died', { mode: 'resume' })
  expect(await badOf('died')).toEqual(bad)
  expect(await weightsOf('died')).toEqual(await weightsOf('whole'))
})
