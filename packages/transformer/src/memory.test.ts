import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, expect, it } from 'vitest'
import { gpt2Shape } from './gpt2/parameters.ts'
import { trainingMemory } from './memory.ts'
import { someIds, tinyModel } from './testing/tiny.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

it('adds up for the shapes of the field', () => {
  const small = trainingMemory(gpt2Shape({ vocabSize: 50304, blockSize: 512, layers: 12, width: 768, heads: 12 }), {
    rows: 4,
  })
  expect(small.parameters).toBe(4 * 124_082_688)
  expect(small.gradients).toBe(small.parameters)
  expect(small.optimizer).toBe(2 * small.parameters)
  expect(small.activations).toBe(4 * 2048 * 768 * (12 * 16 + 4))
  // More than the 3 GB that the wasm backend may have.
  expect(small.total).toBeGreaterThan(3e9)
})

it.each([
  { vocabSize: 300, blockSize: 32, layers: 3, width: 32, heads: 2 },
  { vocabSize: 40, blockSize: 64, layers: 2, width: 16, heads: 4, dropout: 0.1 },
])('is not exceeded by a step of %j', shape => {
  const model = tinyModel(shape, { scale: 1 })
  const rows = 4
  const batch = { ids: someIds(rows * (shape.blockSize + 1), shape.vocabSize), rows }
  const engine = tf.engine()
  let peak = 0
  const track = engine.trackTensor.bind(engine)
  engine.trackTensor = (tensor, backend) => {
    track(tensor, backend)
    peak = Math.max(peak, tf.memory().numBytes)
  }
  const loss = () => model.loss(batch, { training: true, seed: 1, step: 1 })
  const result = tf.variableGrads(loss, [...model.parameters.values()])
  engine.trackTensor = track
  tf.dispose([result.value, result.grads as never])
  const estimate = trainingMemory(model.shape, { rows })
  const counted = estimate.total - estimate.optimizer
  expect(peak).toBeLessThan(counted)
  expect(peak).toBeGreaterThan(counted / 5)
  model.dispose()
})
