import { chooseBackend, tf } from '@sluice/compute'
import { stageCases } from '@sluice/pipeline/testing'
import { gpt2 } from '@sluice/transformer'
import { beforeAll, describe, expect, it } from 'vitest'
import * as index from './index.ts'
import { countingBatch } from './testing/batches.ts'
import { train } from './train.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const batches = [0, 1, 2, 3].map(i => countingBatch({ index: i }))

/** The model is the caller's: it goes with the case. */
function make() {
  const model = gpt2({ vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2, dropout: 0.2 }, { seed: 1 })
  const stage = train({ model, steps: 3, learningRate: 1e-2 })
  return {
    ...stage,
    async close() {
      await stage.close?.()
      model.dispose()
    },
  }
}

it('no stage of this package is left out', () => {
  const others = Object.entries(index).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
  expect(others.sort()).toMatchInlineSnapshot(`
    [
      "AdamW",
      "blockRows",
      "countTargets",
      "documentsOf",
      "evaluate",
      "learningRateSchedule",
      "stepsBatch",
      "train",
      "trainer",
    ]
  `)
})

describe('train', () => {
  const cases = stageCases({
    make,
    batches,
    ends: true,
    // The model goes with the stage, and its weights are beside the cursor.
    once: true,
    resumes: false,
    held: () => ({ tensors: tf.memory().numTensors }),
  })
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
