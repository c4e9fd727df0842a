import { readFileSync } from 'node:fs'
import { chooseBackend, tf } from '@sluice/compute'
import { blocksBatch, type NamedTensor } from '@sluice/pipeline'
import { gpt2 } from '@sluice/transformer'
import { beforeAll, expect, it } from 'vitest'
import { learningRateSchedule } from './schedule.ts'
import { trainer } from './trainer.ts'

interface Packed {
  shape: number[]
  data: string
}

interface Trajectory {
  shape: Record<'vocab_size' | 'n_positions' | 'n_embd' | 'n_layer' | 'n_head', number>
  train: {
    steps: number
    learningRate: number
    minLearningRate: number
    warmup: number
    weightDecay: number
    betas: [number, number]
    epsilon: number
    clip: number
  }
  rows: number
  weights: Record<string, Packed>
  batches: number[][]
  losses: number[]
  gradientNorms: number[]
  final: Record<string, Packed>
}

const golden: Trajectory = JSON.parse(readFileSync(new URL('../golden/trajectory.json', import.meta.url), 'utf8'))
const values = ({ data }: Packed) => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer)

beforeAll(async () => {
  await chooseBackend('cpu')
})

it('follows PyTorch for 20 steps of AdamW', () => {
  const { shape, train, rows, batches } = golden
  const weights = new Map<string, NamedTensor>()
  for (const [name, packed] of Object.entries(golden.weights)) {
    weights.set(name, { name, dtype: 'float32', shape: packed.shape, data: values(packed) })
  }
  const { vocab_size: vocabSize, n_positions: blockSize, n_embd: width, n_layer: layers, n_head: heads } = shape
  const model = gpt2({ vocabSize, blockSize, layers, width, heads }, { seed: 0, weights })
  const training = trainer({ model, seed: 1, schedule: learningRateSchedule(train), ...train })
  const steps = batches.map(ids => training.train(blocksBatch({ width: ids.length / rows, ids: Int32Array.from(ids) })))
  steps.forEach(({ loss, gradNorm }, i) => {
    expect(Math.abs(loss - golden.losses[i]!), `loss of step ${i + 1}`).toBeLessThan(1e-3)
    expect(Math.abs(gradNorm / golden.gradientNorms[i]! - 1), `norm of step ${i + 1}`).toBeLessThan(1e-3)
  })
  for (const [name, { data }] of model.weights()) {
    const expected = values(golden.final[name]!)
    for (let i = 0; i < expected.length; i++) expect(Math.abs(data[i]! - expected[i]!), name).toBeLessThan(1e-3)
  }
  training.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
