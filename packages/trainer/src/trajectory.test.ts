import { readFileSync } from 'node:fs'
import { chooseBackend, tf } from '@sluice/compute'
import type { Json, NamedTensor } from '@sluice/pipeline'
import { modelFromHfConfig } from '@sluice/transformer'
import { beforeAll, expect, it } from 'vitest'
import { learningRateSchedule } from './schedule.ts'
import { labelledBatch } from './testing/batches.ts'
import { trainer } from './trainer.ts'

interface Packed {
  shape: number[]
  data: string
}

interface Trajectory {
  name: string
  config: { [key: string]: Json }
  weights: Record<string, Packed>
  batches: { ids: number[]; labels?: number[] }[]
  losses: number[]
  gradientNorms: number[]
  final: Record<string, Packed>
}

interface Golden {
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
  trajectories: Trajectory[]
}

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/trajectory.json', import.meta.url), 'utf8'))
const values = ({ data }: Packed) => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer)
const tensors = (packed: Record<string, Packed>): Map<string, NamedTensor> =>
  new Map(
    Object.entries(packed).map(([name, one]) => [
      name,
      { name, dtype: 'float32', shape: one.shape, data: values(one) },
    ]),
  )

beforeAll(async () => {
  await chooseBackend('cpu')
})

it.each(golden.trajectories)('$name follows PyTorch for 50 steps of AdamW', trajectory => {
  const { config, weights, batches, losses, gradientNorms, final } = trajectory
  expect(batches).toHaveLength(50)
  const model = modelFromHfConfig(config, tensors(weights))
  const training = trainer({ model, seed: 1, schedule: learningRateSchedule(golden.train), ...golden.train })
  batches.forEach((batch, i) => {
    const { loss, gradNorm } = training.train(labelledBatch({ ...batch, rows: golden.rows }))
    expect(Math.abs(loss - losses[i]!), `loss of step ${i + 1}`).toBeLessThan(1e-3)
    expect(Math.abs(gradNorm / gradientNorms[i]! - 1), `norm of step ${i + 1}`).toBeLessThan(1e-2)
  })
  // Where a gradient is 0 but for rounding (keys have no use for a bias), AdamW makes steps of the rounding: left out.
  const ours = model.weights()
  for (const [name, tensor] of tensors(final)) {
    if (/\.bias$/.test(name)) continue
    const found = ours.get(name)!.data
    const off = Array.from(tensor.data, (value, i) => Math.abs(value - found[i]!))
    expect(Math.max(...off), name).toBeLessThan(2e-3)
  }
  training.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
