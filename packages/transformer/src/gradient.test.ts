import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, expect, it } from 'vitest'
import { bert } from './bert/bert.ts'
import { llama } from './llama/llama.ts'
import { someIds, tinyModel } from './testing/tiny.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

// Float32 losses carry about 1e-7 of noise, so single elements are not compared: each parameter is moved along its own
// gradient g, where the loss changes by |g| per unit, and along a direction that has nothing to do with it.
const shape = { vocabSize: 17, blockSize: 6, layers: 1, width: 8, heads: 2, initializerRange: 0.3 }
const labels = someIds(14).map((id, i) => (i % 2 === 0 ? id : -100))
const models = {
  'GPT-2, a tied head': () => tinyModel({ dropout: 0 }, { scale: 15 }),
  'GPT-2, sinusoidal positions, dropout': () =>
    tinyModel({ tieHead: false, positions: 'sinusoidal', dropout: 0.2 }, { scale: 15 }),
  'Llama, shared keys': () => llama({ ...shape, keyHeads: 1, inner: 12 }, { seed: 1 }),
  'Llama, a tied head, dropout': () => llama({ ...shape, inner: 12, tieHead: true, dropout: 0.2 }, { seed: 1 }),
  BERT: () => bert({ ...shape, inner: 12, dropout: 0 }, { seed: 1 }),
  'BERT, dropout': () => bert({ ...shape, inner: 12, dropout: 0.2 }, { seed: 1 }),
}

it.each(Object.entries(models))('is the slope of the loss: %s', (_, make) => {
  const model = make()
  const batch = { ids: someIds(14), rows: 2, ...(model.predicts === 'masked' ? { labels } : {}) }
  const loss = () => model.loss(batch, { training: true, seed: 3, step: 5 })
  const { value, grads } = tf.variableGrads(loss, [...model.parameters.values()])
  value.dispose()
  for (const [name, variable] of model.parameters) {
    const gradient = grads[variable.name]!.dataSync().slice() as Float32Array
    const start = variable.dataSync().slice() as Float32Array
    const slopeAlong = (direction: Float32Array) => {
      const at = (distance: number) => {
        const moved = tf.tensor(
          start.map((x, i) => x + distance * direction[i]!),
          variable.shape,
        )
        variable.assign(moved)
        moved.dispose()
        const scalar = loss()
        const result = scalar.dataSync()[0]!
        scalar.dispose()
        return result
      }
      const step = 4e-3
      // Fourth-order central difference.
      const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
      at(0)
      return slope
    }
    const norm = Math.hypot(...gradient)
    const along = gradient.map(g => g / norm)
    const across = gradient.map((_, i) => Math.sin(i + 1))
    const scale = Math.hypot(...across)
    for (const direction of [along, across.map(x => x / scale)]) {
      const expected = direction.reduce((sum, x, i) => sum + x * gradient[i]!, 0)
      expect(Math.abs(slopeAlong(direction) - expected), name).toBeLessThan(1e-4 + 3e-4 * norm)
    }
    grads[variable.name]!.dispose()
  }
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
