import { chooseBackend, tf } from '@sluice/compute'
import { blocksSchema, type Cursor, defineSource, isStepFrame, type Json, run, type Snapshot } from '@sluice/pipeline'
import { gpt2 } from '@sluice/transformer'
import { expect, it } from 'vitest'
import { countingBatch } from './testing/batches.ts'
import { train } from './train.ts'

const shape = { vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2, dropout: 0.2 }
const source = () =>
  defineSource({
    id: 'counting',
    schema: blocksSchema(9),
    *read(from: Json | undefined) {
      for (let index = Number(from ?? 0); ; index++) yield { batch: countingBatch({ index }), position: index + 1 }
    },
  })

interface Kept {
  cursor: Cursor
  snapshot: Snapshot
}

async function trained(options: { from?: Kept; seed: number; stopAfter?: number }) {
  const model = gpt2(shape, { seed: options.seed })
  const losses: number[] = []
  let last: Kept | undefined
  const running = run({
    source: source(),
    stages: [train({ model, steps: 6, learningRate: 1e-2, resume: options.from?.snapshot })],
    sink: {
      id: 'keep',
      consume(frame) {
        if (!isStepFrame(frame)) throw new Error('not a step')
        losses.push(...(frame.batch.getChild('loss')?.toArray() ?? []))
        last = { cursor: frame.cursor, snapshot: frame.snapshot({ optimizer: true }) }
        if (last.snapshot.step === options.stopAfter) running.stop()
      },
    },
    seed: 5,
    ...(options.from ? { from: options.from.cursor } : {}),
  })
  const { outcome, cursor } = await running.done
  const weights = model.weights()
  model.dispose()
  return { losses, weights, outcome, cursor, last: last! }
}

it.each(['cpu', 'wasm'] as const)('runs, stops after the step in hand and resumes to the bit on %s', async backend => {
  await chooseBackend(backend)
  const whole = await trained({ seed: 1 })
  expect(whole.losses).toHaveLength(6)
  expect(whole.outcome).toBe('finished')
  expect(whole.cursor).toEqual({ counting: 6, train: { step: 6 } })

  const half = await trained({ seed: 1, stopAfter: 3 })
  expect(half.outcome).toBe('stopped')
  expect(half.losses).toEqual(whole.losses.slice(0, 3))
  expect(half.cursor).toEqual({ counting: 3, train: { step: 3 } })

  const rest = await trained({ seed: 77, from: half.last })
  expect(rest.losses).toEqual(whole.losses.slice(3))
  expect(rest.weights).toEqual(whole.weights)
  expect(tf.memory().numTensors).toBe(0)
})
