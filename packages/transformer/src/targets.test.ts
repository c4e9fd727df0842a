import { chooseBackend, tf, valueAndGradients } from '@sluice/compute'
import { beforeAll, expect, it } from 'vitest'
import { bert } from './bert/bert.ts'
import { gpt2 } from './gpt2/gpt2.ts'
import { llama } from './llama/llama.ts'
import { ignoredLabel, type Model } from './model.ts'
import { someIds } from './testing/tiny.ts'

const shape = { vocabSize: 17, blockSize: 12, layers: 1, width: 16, heads: 2 }
const ids = someIds(26)
const labels = ids.map((id, i) => (i % 3 === 0 ? id : ignoredLabel))
const models: Record<string, () => Model> = {
  gpt2: () => gpt2(shape, { seed: 1 }),
  llama: () => llama(shape, { seed: 1 }),
  bert: () => bert(shape, { seed: 1 }),
}
const how = { training: false, seed: 1, step: 1 }

beforeAll(async () => {
  await chooseBackend('cpu')
})

it.each([
  ['gpt2', undefined, [...Array(26).keys()].filter(i => i % 13 !== 0)],
  ['gpt2', labels, [3, 6, 9, 12, 15, 18, 21, 24]],
  ['llama', labels, [3, 6, 9, 12, 15, 18, 21, 24]],
  ['bert', labels, [0, 3, 6, 9, 15, 18, 21, 24]],
])('%s tells the loss of every target that counts, and where it stands', (name, labels, expected) => {
  const model = models[name]!()
  const before = tf.memory().numTensors
  let told: { losses: Float32Array; places: Int32Array } | undefined
  const onTargets = (losses: Float32Array, places: Int32Array) => {
    told = { losses, places }
  }
  const loss = model.loss({ ids, rows: 2, labels }, { ...how, onTargets })
  const { losses, places } = told!
  expect([...places]).toEqual(expected)
  expect(losses.reduce((sum, own) => sum + own, 0) / losses.length).toBeCloseTo(loss.dataSync()[0]!, 5)
  // The one that counts alone is the loss of all.
  const alone = Int32Array.from(ids, (id, i) => (i === 18 ? id : ignoredLabel))
  const other = model.loss({ ids, rows: 2, labels: alone }, how)
  expect(other.dataSync()[0]).toBeCloseTo(losses[[...places].indexOf(18)]!, 5)

  const first = losses.slice()
  const run = () => model.loss({ ids, rows: 2, labels }, { ...how, onTargets, recompute: true, training: true })
  const { value, gradients } = valueAndGradients(run, [...model.parameters.values()])
  expect(told!.losses).toEqual(first)
  tf.dispose([loss, other, value, ...gradients.map(gradient => gradient!)])
  expect(tf.memory().numTensors).toBe(before)
  model.dispose()
})
