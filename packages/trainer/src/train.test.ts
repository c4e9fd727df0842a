import { tf } from '@sluice/compute'
import { gpt2 } from '@sluice/transformer'
import { beforeAll, expect, it } from 'vitest'
import { countingBatch, countingFrames, evaluationSet } from './testing/batches.ts'
import { column, drive } from './testing/drive.ts'
import { train } from './train.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})
const shape = { vocabSize: 13, blockSize: 8, layers: 2, width: 8, heads: 2, dropout: 0.1 }

it('gives step 0 first, then one row a step', async () => {
  const model = gpt2(shape, { seed: 1 })
  const stage = train({ model, steps: 3, learningRate: 1e-2, evaluation: evaluationSet([countingBatch({ index: 9 })]) })
  const { frames, events } = await drive(stage, countingFrames(5))
  expect(column(frames, 'step')).toEqual([1, 2, 3])
  expect(events.map(event => event.type)).toEqual(['evaluation', 'metric', 'metric', 'metric', 'evaluation'])
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
