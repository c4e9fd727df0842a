import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
