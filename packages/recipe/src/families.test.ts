import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCheckpoint } from '@sluice/checkpoint'
import { expect, test } from 'vitest'
import { fillMasks } from './fill.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'
import { openTrained } from './trained.ts'

const bert = {
  tokenizer: { use: 'wordpiece', vocabSize: 80 },
  data: { ...tinyConfig.data, mask: { share: 0.2, wholeWords: true } },
  model: { use: 'bert', layers: 1, width: 16, heads: 2, dropout: 0.1 },
  train: { ...tinyConfig.train, steps: 60, sample: { prompt: 'the white [MASK] saw' } },
}

test('a BERT learns to fill in masks, and is opened again', async () => {
  const folder = await scratch()
  const { summary, events } = await runTiny(await writeTiny(folder, bert), { runsDir: folder })
  expect(summary.outcome).toBe('finished')
  const { evaluations, baselines } = summary
  expect(evaluations.at(-1)!.loss).toBeLessThan(evaluations[0]!.loss - 0.3)
  expect(evaluations[0]!.loss).toBeCloseTo(baselines!.uniform, 0)
  // Bits per byte are not a thing of some of the tokens.
  expect(events.find(event => event.type === 'evaluation')).not.toHaveProperty('values.bits_per_byte')
  expect(summary.sample).toMatchObject({ prompt: '', text: expect.stringMatching(/^the white.* saw$/) })

  const config = JSON.parse(await readFile(join(summary.path, 'checkpoints/step-000060/config.json'), 'utf8'))
  expect(config).toMatchObject({ architectures: ['BertForMaskedLM'], model_type: 'bert' })
  const trained = await openTrained({ path: summary.path, backend: 'cpu' })
  const { model, tokenizer } = trained
  if (model.predicts !== 'masked') expect.fail('opened as another kind of model')
  const { ids, masks } = fillMasks(model, tokenizer, 'the [MASK] saw [MASK]', { most: 3 })
  const maskId = tokenizer.special!.get('[MASK]')!
  expect(masks.map(({ place }) => ids[place])).toEqual([maskId, maskId])
  expect(masks.map(({ fillings }) => fillings.length)).toEqual([3, 3])
  const shares = masks[0]!.fillings.map(({ probability }) => probability)
  expect([...shares].sort((a, b) => b - a)).toEqual(shares)
  expect(() => fillMasks(model, tokenizer, 'the whale')).toThrow('the text has no [MASK]')
  expect(() => trained.continue({ prompt: 'the', maxTokens: 1 })).toThrow(
    'this model fills in masked tokens, it does not continue a text',
  )
  trained.dispose()
})

test.each([
  ['bert', bert],
  [
    'llama',
    { model: { use: 'llama', layers: 1, width: 16, heads: 4, keyHeads: 2, dropout: 0.1 }, train: tinyConfig.train },
  ],
])('a %s that stops and goes on ends with the same bits', async (_, changes) => {
  const folder = await scratch()
  const config = { ...changes, train: { ...changes.train, steps: 8 } }
  const file = await writeTiny(folder, config)
  const whole = await runTiny(file, { runsDir: join(folder, 'whole') })
  const halves = join(folder, 'halves')
  const stop = new AbortController()
  const first = await runTiny(file, { runsDir: halves, signal: stop.signal }, event => {
    if (event.type === 'metric' && event.step === 5) stop.abort()
  })
  expect(first.summary).toMatchObject({ outcome: 'stopped', step: 5 })
  const second = await runTiny(file, { runsDir: halves, mode: 'resume' })
  const at = (path: string) => readCheckpoint(join(path, 'checkpoints/step-000008'))
  const [a, b] = await Promise.all([at(whole.summary.path), at(second.summary.path)])
  for (const [name, { data }] of [...a.weights, ...a.optimizer!]) {
    expect((b.weights.get(name) ?? b.optimizer!.get(name))!.data, name).toEqual(data)
  }
})
