import { chooseBackend } from '@sluice/compute'
import { gpt2 } from '@sluice/transformer'
import { expect, it } from 'vitest'
import { bestWatch } from './best.ts'
import { countingBatch, countingFrames, evaluationSet } from './testing/batches.ts'
import { column, drive } from './testing/drive.ts'
import { train } from './train.ts'

it('counts evaluations that are not the best', () => {
  const watch = bestWatch()
  const after = (loss: number, step: number) => {
    watch.take(step, loss)
    return watch.best
  }
  expect(after(Number.NaN, 0)).toEqual({ step: 0, loss: Number.NaN, waited: 0 })
  expect(after(3, 1)).toEqual({ step: 1, loss: 3, waited: 0 })
  expect(after(3, 2)).toEqual({ step: 1, loss: 3, waited: 1 })
  expect(after(Number.NaN, 3)).toEqual({ step: 1, loss: 3, waited: 2 })
  expect(after(2, 4)).toEqual({ step: 4, loss: 2, waited: 0 })
})

it('ends training after so many, and does so where it is resumed in between', async () => {
  await chooseBackend('cpu')
  const make = () => gpt2({ vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2 }, { seed: 1 })
  const model = make()
  // Far too large a rate: held-out loss is best before the first step.
  const options = {
    steps: 20,
    learningRate: 5,
    evaluateEvery: 2,
    patience: 3,
    evaluation: evaluationSet([countingBatch({ index: 9 })]),
  }
  let middle: any
  const whole = await drive(train({ ...options, model }), countingFrames(20), {
    consume: frame => {
      if (frame.batch.getChild('step')?.get(0) === 3) middle = frame.snapshot({ optimizer: true })
    },
  })
  const best = middle.trainer.best
  expect(best).toEqual({ step: 0, loss: expect.any(Number), waited: 1 })
  expect(column(whole.frames, 'step')).toEqual([1, 2, 3, 4, 5, 6])
  expect(whole.events.filter(event => event.type === 'note')).toEqual([
    {
      type: 'note',
      stage: 'train',
      message: `training stops at step 6: no evaluation was better than that of step 0, ${best.loss.toFixed(4)}`,
      values: { step: 6, best: 0, reason: 'patience' },
    },
  ])
  expect(whole.events.flatMap(event => (event.type === 'evaluation' ? [event.step] : []))).toEqual([0, 2, 4, 6])
  const rest = await drive(train({ ...options, model, resume: middle }), countingFrames(20, { from: 3 }), {
    from: { step: 3 },
  })
  expect(column(rest.frames, 'loss')).toEqual(column(whole.frames, 'loss').slice(3))
  model.dispose()
})
