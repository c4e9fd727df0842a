import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, expect, test } from 'vitest'
import { bertShape } from '../bert/parameters.ts'
import { gpt2 } from '../gpt2/gpt2.ts'
import { gpt2Shape } from '../gpt2/parameters.ts'
import { llamaShape } from '../llama/parameters.ts'
import { meanCosine, meanVector } from './contexts.ts'
import { modelParts, withParameters } from './parts.ts'
import { readOff } from './read-off.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const size = { vocabSize: 11, blockSize: 4, layers: 2, width: 8, heads: 2 }

test.each([
  ['gpt2', gpt2Shape(size), true],
  ['llama', llamaShape(size), false],
  ['bert', bertShape(size), true],
] as const)('%s comes apart into groups and layers', (_, { parameters }, positions) => {
  const parts = modelParts(parameters.keys())
  expect([...parts.keys()]).toEqual([
    'embeddings',
    ...(positions ? ['positions'] : []),
    'attention',
    'feed-forward',
    'norms',
    'layer 0',
    'layer 0 attention',
    'layer 0 feed-forward',
    'layer 1',
    'layer 1 attention',
    'layer 1 feed-forward',
  ])
  const groups = [...parts].filter(([name]) => !name.startsWith('layer')).flatMap(([, names]) => names)
  expect(groups.sort()).toEqual([...parameters.keys()].sort())
})

test('parameters are another model’s for a while, whatever happens', async () => {
  const [model, other] = [1, 2].map(seed => gpt2(size, { seed }))
  const names = [...modelParts(model!.parameters.keys()).get('layer 1 attention')!]
  const values = (from: typeof model) => names.map(name => [...from!.parameters.get(name)!.dataSync()])
  const before = values(model)
  const tensors = tf.memory().numTensors
  await withParameters(model!.parameters, other!.parameters, names, async () => {
    expect(values(model)).toEqual(values(other))
  })
  expect(values(model)).toEqual(before)
  const failing = withParameters(model!.parameters, other!.parameters, names, async () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(values(model)).toEqual(before)
  expect(tf.memory().numTensors).toBe(tensors)
  await expect(withParameters(model!.parameters, new Map(), names, async () => {})).rejects.toThrow(
    'the models do not both have a parameter "transformer.h.1.attn.c_attn.weight"',
  )
  model!.dispose()
  other!.dispose()
})

test('scores are read off as probabilities', () => {
  const probabilities = [0.1, 0.4, 0.2, 0.3]
  const scores = Float32Array.from(probabilities, p => Math.log(p) + 7)
  const { top, entropy, target } = readOff(scores, { limit: 2, target: 2 })
  expect(top.map(({ id }) => id)).toEqual([1, 3])
  expect(top[0]!.probability).toBeCloseTo(0.4, 6)
  expect(entropy).toBeCloseTo(-probabilities.reduce((sum, p) => sum + p * Math.log(p), 0), 6)
  expect(target!.rank).toBe(3)
  expect(target!.probability).toBeCloseTo(0.2, 6)
  expect(readOff(Float32Array.of(0, 0, -Infinity), { limit: 9, target: 1 })).toEqual({
    top: [
      { id: 0, probability: 0.5 },
      { id: 1, probability: 0.5 },
      { id: 2, probability: 0 },
    ],
    entropy: Math.LN2,
    target: { probability: 0.5, rank: 1 },
  })
})

test('vectors of words, and how alike others are', () => {
  const a = Float32Array.of(3, 4, 0, 0, 1, 0)
  const b = Float32Array.of(0, 2, -5, 0)
  expect([...meanVector(a, 2, [0, 2])]).toEqual([2, 2])
  const pairs = [
    [0.6, 0.8],
    [1, 0],
  ].flatMap(([x, y]) => [y!, -x!])
  const mean = pairs.reduce((sum, value) => sum + value, 0) / 4
  expect(meanCosine({ stream: a, places: [0, 2] }, { stream: b, places: [0, 1] }, 2)).toBeCloseTo(mean, 7)
  expect(meanCosine({ stream: a, places: [1] }, { stream: b, places: [0] }, 2)).toBe(0)
  expect(meanCosine({ stream: a, places: [] }, { stream: b, places: [0] }, 2)).toBe(0)
})
