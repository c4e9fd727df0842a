import { expect, it } from 'vitest'
import { z } from 'zod'
import { trainConfig } from './config.ts'

it('has defaults for all but the number of steps', () => {
  expect(trainConfig.parse({ steps: 5 })).toEqual({
    backend: 'auto',
    precision: 'f32',
    steps: 5,
    learningRate: 6e-4,
    warmup: 0,
    weightDecay: 0.1,
    betas: [0.9, 0.95],
    epsilon: 1e-8,
    clip: 1,
    onBadStep: 'stop',
    maxBadSteps: 10,
    blame: false,
    tensorboard: false,
    schedule: 'cosine',
    decayShare: 0.2,
    accumulate: 1,
    recompute: false,
    gpu: { tf32: true },
    packing: { isolate: false, restart: false },
    sample: { prompt: '', tokens: 64, temperature: 0.8 },
  })
})

it.each([
  [{}, ['steps']],
  [{ steps: 0 }, ['steps']],
  [{ steps: 1, learningRate: 0 }, ['learningRate']],
  [{ steps: 1, betas: [0.9, 1] }, ['betas', 1]],
  [{ steps: 1, backend: 'gpu' }, ['backend']],
  [{ steps: 1, sample: { topP: 2 } }, ['sample', 'topP']],
  [{ steps: 1, evaluateevery: 3 }, []],
])('refuses %j', (section, path) => {
  expect(trainConfig.safeParse(section).error?.issues[0]?.path).toEqual(path)
})

it('can be written as JSON Schema', () => {
  expect(z.toJSONSchema(trainConfig, { io: 'input' })).toMatchObject({
    required: ['steps'],
    additionalProperties: false,
  })
})
