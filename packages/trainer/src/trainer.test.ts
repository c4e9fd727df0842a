import { chooseBackend, tf } from '@sluice/compute'
import { gpt2, type LanguageModel } from '@sluice/transformer'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countingBatch } from './testing/batches.ts'
import { type Trainer, trainer } from './trainer.ts'

const shape = { vocabSize: 13, blockSize: 8, layers: 2, width: 16, heads: 2 }
const batch = countingBatch({ index: 0 })
let model: LanguageModel
let training: Trainer

beforeAll(async () => {
  await chooseBackend('cpu')
})
beforeEach(() => {
  model = gpt2(shape, { seed: 1 })
  training = trainer({ model, seed: 1, schedule: () => 1e-2 })
})
afterEach(() => {
  training.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

const text = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return `${(error as Error).name}: ${error}`
  }
  return 'taken'
}

describe('a step', () => {
  it('changes every parameter', () => {
    const before = model.weights()
    training.train(batch)
    for (const [name, { data }] of model.weights()) expect(data, name).not.toEqual(before.get(name)!.data)
  })

  it('of several batches is that of one as large', () => {
    const wide = countingBatch({ index: 0, rows: 4 })
    const halves = [wide.slice(0, 2), wide.slice(2, 4)] as [typeof wide, typeof wide]
    const parts = [training.train(...halves), training.train(...halves)]
    const inParts = model.weights()
    const other = gpt2(shape, { seed: 1 })
    const whole = trainer({ model: other, seed: 1, schedule: () => 1e-2 })
    const once = [whole.train(wide), whole.train(wide)]
    parts.forEach(({ loss, gradNorm, tokens }, i) => {
      expect(loss).toBeCloseTo(once[i]!.loss, 5)
      expect(gradNorm).toBeCloseTo(once[i]!.gradNorm, 4)
      expect(tokens).toBe(once[i]!.tokens)
    })
    for (const [name, { data }] of other.weights()) {
      const found = inParts.get(name)!.data
      data.forEach((value, i) => {
        expect(Math.abs(Number(found[i]) - Number(value)), name).toBeLessThan(2e-3)
      })
    }
    whole.dispose()
    other.dispose()
  })

  it('tells what it did', () => {
    const metrics = training.train(batch)
    expect(metrics).toMatchObject({ step: 1, tokens: 16, lr: 1e-2 })
    expect(Math.abs(metrics.loss - Math.log(13))).toBeLessThan(0.2)
    expect(metrics.seconds).toBeGreaterThan(0)
    expect(Object.keys(metrics.groupNorms).sort()).toEqual([
      'attention',
      'embeddings',
      'feed-forward',
      'norms',
      'positions',
    ])
    expect(Math.hypot(...Object.values(metrics.groupNorms))).toBeCloseTo(metrics.gradNorm, 10)
    expect(training.step).toBe(1)
  })

  it('clips the gradient to its highest norm', () => {
    // Without moments the direction of AdamW is g / (|g| + epsilon): a large epsilon shows the length of g.
    const moved = (clip: number) => {
      const model = gpt2(shape, { seed: 1 })
      const training = trainer({ model, seed: 1, schedule: () => 1, clip, epsilon: 1e6, weightDecay: 0 })
      const before = model.weights()
      const { gradNorm } = training.train(batch)
      let square = 0
      for (const [name, { data }] of model.weights()) {
        const start = before.get(name)!.data
        for (let i = 0; i < data.length; i++) square += (data[i]! - start[i]!) ** 2
      }
      training.dispose()
      model.dispose()
      return { distance: Math.sqrt(square), gradNorm }
    }
    const free = moved(0)
    expect(free.gradNorm).toBeGreaterThan(0.5)
    expect(moved(free.gradNorm / 2).distance / free.distance).toBeCloseTo(0.5, 1)
    expect(moved(free.gradNorm * 2).distance).toBe(free.distance)
  })
})

it('learns one batch by heart', () => {
  let loss = Number.POSITIVE_INFINITY
  for (let step = 0; step < 80; step++) ({ loss } = training.train(batch))
  expect(loss).toBeLessThan(0.05)
})

describe('what is not finite', () => {
  const spoil = (name: string, value: number) => {
    const variable = model.parameters.get(name)!
    const data = variable.dataSync().slice()
    data[0] = value
    tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)))
  }

  it('stops training with the documents named, before a weight changes', () => {
    training.train(batch)
    spoil('transformer.ln_f.weight', Number.NaN)
    const before = model.weights()
    expect(text(() => training.train(batch))).toBe(
      'TrainingError: documents counting/0-0, counting/0-1: step 2: the loss is NaN; the weights are as they were after ' +
        'step 1; lower learningRate, lengthen warmup, or look at these documents',
    )
    expect(model.weights()).toEqual(before)
    expect(training.step).toBe(1)
  })

  it('names no more documents than can be read', () => {
    spoil('transformer.ln_f.weight', Number.POSITIVE_INFINITY)
    expect(text(() => training.train(countingBatch({ index: 0, rows: 10 })))).toContain(
      'documents counting/0-0, counting/0-1, counting/0-2, counting/0-3, counting/0-4, counting/0-5, counting/0-6, ' +
        'counting/0-7 and 2 more: step 1: the loss is ',
    )
  })
})

it('refuses a model that keeps tensors', () => {
  const leaky = {
    ...model,
    loss: (...args: Parameters<LanguageModel['loss']>) => {
      kept.push(tf.keep(tf.scalar(1)))
      return model.loss(...args)
    },
  }
  const kept: tf.Tensor[] = []
  const other = trainer({ model: leaky, seed: 1, schedule: () => 1e-2 })
  expect(text(() => other.train(batch))).toMatch(
    /^TrainingError: step 1 began with (\d+) tensors and ended with (\d+); a part of the model keeps tensors that it never frees$/,
  )
  tf.dispose(kept)
  other.dispose()
})

it('refuses a parameter that the loss does not depend on', () => {
  const lonely = tf.tidy(() => tf.variable(tf.zeros([1])))
  const parameters = new Map([...model.parameters, ['transformer.h.9.mlp.c_fc.bias', lonely]])
  const other = trainer({ model: { ...model, parameters }, seed: 1, schedule: () => 1e-2 })
  expect(text(() => other.train(batch))).toBe(
    'TrainingError: step 1: the loss does not depend on transformer.h.9.mlp.c_fc.bias',
  )
  other.dispose()
  lonely.dispose()
})
