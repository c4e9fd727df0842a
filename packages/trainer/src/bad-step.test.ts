import { chooseBackend, tf } from '@sluice/compute'
import type { Snapshot } from '@sluice/pipeline'
import { gpt2, type LanguageModel } from '@sluice/transformer'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BadStep, badStepJudge } from './bad-step.ts'
import { countingBatch, countingFrames } from './testing/batches.ts'
import { column, drive } from './testing/drive.ts'
import { train } from './train.ts'
import { trainer } from './trainer.ts'

const none = () => []

describe('the judge', () => {
  const settled = (options: Parameters<typeof badStepJudge>[0], steps = 20) => {
    const judge = badStepJudge(options)
    for (let step = 1; step <= steps; step++) judge.judge({ step, loss: 2, gradNorm: 1 }, none)
    return judge
  }

  it('knows a spike by the running mean, once that is of twenty steps', () => {
    const at = (loss: number, steps?: number) =>
      settled({ spike: 1.5 }, steps).judge({ step: 21, loss, gradNorm: 1 }, none)?.reason
    expect(at(3)).toBeUndefined()
    expect(at(3.01)).toBe('the loss is 3.010, more than 1.5 times the running mean of 2.000')
    expect(at(3.01, 19)).toBeUndefined()
  })

  it('does not let bad steps into the mean', () => {
    const judge = settled({ spike: 1.5, onBadStep: 'skip' })
    for (const loss of [9, Number.NaN, 9]) judge.judge({ step: 21, loss, gradNorm: 1 }, none)
    expect(judge.state).toEqual({ mean: 2, seen: 20, skipped: 3, inRow: 3 })
    judge.judge({ step: 22, loss: 2, gradNorm: 1 }, none)
    expect(judge.state).toEqual({ mean: 2, seen: 21, skipped: 3, inRow: 0 })
  })

  it('rewinds to one step no more often than it may', () => {
    const judge = settled({ spike: 1.5, onBadStep: 'rewind', maxBadSteps: 2 })
    const then = { step: 20, judged: { mean: 1.9, seen: 25, skipped: 1, inRow: 0 } }
    const bad = (step: number) => judge.judge({ step, loss: 9, gradNorm: 1 }, none)!
    expect(bad(24)).toMatchObject({ step: 24, action: 'rewind' })
    expect(judge.rewind(bad(24), then)).toBe(true)
    expect(judge.state).toEqual({ mean: 1.9, seen: 25, skipped: 5, inRow: 1, rewoundTo: 20 })
    judge.judge({ step: 25, loss: 2, gradNorm: 1 }, none)
    expect(judge.rewind(bad(26), then)).toBe(true)
    expect(judge.state).toEqual({ mean: 1.9, seen: 25, skipped: 7, inRow: 2, rewoundTo: 20 })
    const last = bad(27)
    expect(judge.rewind(last, then)).toBe(false)
    expect(`${judge.error(last)}`).toMatch(
      /step 27: the loss is 9.000, more than 1.5 times the running mean of 1.900, after 2 rewinds to step 20; /,
    )
    expect(judge.rewind(last, { ...then, step: 25 })).toBe(true)
    expect(judge.state).toMatchObject({ inRow: 1, rewoundTo: 25 })
  })

  it('skips no more than so many in a row', () => {
    const judge = badStepJudge({ onBadStep: 'skip', maxBadSteps: 2 })
    const found = [1, 2, 3].map(step => judge.judge({ step, loss: 1, gradNorm: Number.POSITIVE_INFINITY }, none)!)
    expect(found.map(({ action }) => action)).toEqual(['skip', 'skip', 'stop'])
    expect(`${judge.error(found[2]!)}`).toBe(
      "a batch that names no documents: step 3: the gradient's norm is Infinity, after 2 skipped in a row; " +
        'the weights are as they were after step 2; lower learningRate, lengthen warmup, or look at these documents',
    )
  })
})

describe('in training', () => {
  const shape = { vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2 }
  let model: LanguageModel
  beforeAll(async () => {
    await chooseBackend('cpu')
  })
  beforeEach(() => {
    model = gpt2(shape, { seed: 1 })
  })
  afterEach(() => {
    model.dispose()
    expect(tf.memory().numTensors).toBe(0)
  })

  /** The model, but for the losses of some steps. */
  const spoilt = (at: readonly number[], factor = Number.NaN): LanguageModel => ({
    ...model,
    loss: (batch, how) => {
      const loss = model.loss(batch, how)
      return at.includes(how.step) ? tf.mul(loss, factor) : loss
    },
  })

  it('leaves weights and moments alone, and goes on as if the batch had not been', () => {
    const one = trainer({ model: spoilt([2]), seed: 1, schedule: () => 1e-2, onBadStep: 'skip' })
    const batches = [0, 1, 2].map(index => countingBatch({ index }))
    one.train(batches[0]!)
    const before = [model.weights(), one.moments()]
    expect(one.train(batches[1]!)).toMatchObject({ step: 2, skipped: 'the loss is NaN' })
    expect([model.weights(), one.moments()]).toEqual(before)
    one.train(batches[2]!)
    const other = gpt2(shape, { seed: 1 })
    const two = trainer({ model: other, seed: 1, schedule: () => 1e-2 })
    two.train(batches[0]!)
    two.train(batches[2]!)
    expect(model.weights()).toEqual(other.weights())
    one.dispose()
    two.dispose()
    other.dispose()
  })

  it('rewound, goes on as if the batches since had not been', () => {
    const bad: BadStep[] = []
    const one = trainer({
      model: spoilt([4]),
      seed: 1,
      schedule: () => 1e-2,
      onBadStep: 'rewind',
      onBad: found => bad.push(found),
    })
    const batches = [0, 1, 2, 3, 4, 5].map(index => countingBatch({ index }))
    for (const batch of batches.slice(0, 2)) one.train(batch)
    const snapshot = { step: 2, weights: model.weights(), optimizer: one.moments(), trainer: {}, judged: one.judged }
    one.train(batches[2]!)
    const metrics = one.train(batches[3]!)
    expect(metrics).toMatchObject({ step: 4, skipped: 'the loss is NaN', rewind: { action: 'rewind' } })
    expect(bad).toEqual([])
    one.rewind(metrics.rewind!, snapshot)
    expect(bad).toMatchObject([{ step: 4, action: 'rewind', rewoundTo: 2, documents: [{ doc_id: '3-0' }, {}] }])
    expect([model.weights(), one.moments()]).toEqual([snapshot.weights, snapshot.optimizer])
    for (const batch of batches.slice(4)) one.train(batch)
    expect(one.step).toBe(6)

    const other = gpt2(shape, { seed: 1 })
    const two = trainer({ model: other, seed: 1, schedule: () => 1e-2 })
    for (const index of [0, 1, 4, 5]) two.train(batches[index]!)
    expect(model.weights()).toEqual(other.weights())
    expect(one.moments()).toEqual(two.moments())
    one.dispose()
    two.dispose()
    other.dispose()
  })

  it('rewinds in a run to the last snapshot, and resumes that exactly', async () => {
    const snapshots = new Map<number, Snapshot>()
    const bad: BadStep[] = []
    const run = (resume?: Snapshot) => {
      const options = {
        steps: 12,
        learningRate: 1e-2,
        onBadStep: 'rewind',
        onBad: (one: BadStep) => bad.push(one),
      } as const
      const latest = async () => snapshots.get(Math.max(...snapshots.keys()))
      const from = resume?.step ?? 0
      return drive(train({ ...options, model: spoilt([6, 7]), rewind: latest, resume }), countingFrames(12, { from }), {
        ...(resume ? { from: { step: from } } : {}),
        consume: frame => {
          const step = frame.batch.getChild('step')?.get(0) ?? 0
          if (step > 0 && step % 4 === 0) snapshots.set(step, frame.snapshot({ optimizer: true }))
        },
      })
    }
    const whole = await run()
    expect(bad.map(({ step, action, rewoundTo }) => [step, action, rewoundTo])).toEqual([
      [6, 'rewind', 4],
      [7, 'rewind', 4],
    ])
    expect(whole.events.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        stage: 'train',
        message: 'step 6: the loss is NaN; weights and optimizer are as after step 4 again',
      },
      {
        type: 'warning',
        stage: 'train',
        message: 'step 7: the loss is NaN; weights and optimizer are as after step 4 again',
      },
    ])
    expect(snapshots.get(8)!.trainer).toMatchObject({ judged: { skipped: 3, inRow: 2, rewoundTo: 4 } })
    const weights = model.weights()
    for (const step of [4, 8]) {
      for (const later of [...snapshots.keys()].filter(key => key > step)) snapshots.delete(later)
      const rest = await run(snapshots.get(step))
      expect(column(rest.frames, 'loss')).toEqual(column(whole.frames, 'loss').slice(step))
      expect(model.weights()).toEqual(weights)
    }
  })

  it('stops where there is nothing to rewind to', async () => {
    const bad: BadStep[] = []
    const options = {
      steps: 4,
      learningRate: 1e-2,
      onBadStep: 'rewind',
      onBad: (one: BadStep) => bad.push(one),
    } as const
    await expect(
      drive(train({ ...options, model: spoilt([2]), rewind: async () => undefined }), countingFrames(4)),
    ).rejects.toThrow('step 2: the loss is NaN, and there is no checkpoint to rewind to')
    expect(bad).toMatchObject([{ step: 2, action: 'stop' }])
  })

  it('tells of the step and its documents, and resumes exactly', async () => {
    const run = async (from?: number) => {
      const bad: BadStep[] = []
      let snapshot: any
      const options = { steps: 30, learningRate: 1e-2, onBadStep: 'skip', spike: 2 } as const
      const whole = await drive(
        train({ ...options, model: spoilt([24], 5), onBad: one => bad.push(one) }),
        countingFrames(30),
        {
          consume: frame => {
            if (frame.batch.getChild('step')?.get(0) === from) snapshot = frame.snapshot({ optimizer: true })
          },
        },
      )
      return { whole, bad, snapshot, options }
    }
    const { whole, bad, snapshot, options } = await run(25)
    expect(bad).toMatchObject([
      {
        step: 24,
        action: 'skip',
        documents: [
          { doc_id: '23-0', source: 'counting' },
          { doc_id: '23-1', source: 'counting' },
        ],
      },
    ])
    expect(whole.events).toContainEqual({
      type: 'warning',
      stage: 'train',
      message: expect.stringMatching(/^step 24 is skipped: the loss is .*, more than 2 times the running mean of /),
    })
    expect(whole.events.find(event => event.type === 'metric' && event.step === 24)).toMatchObject({
      values: { skipped: 1 },
    })
    expect(snapshot.trainer.judged).toMatchObject({ seen: 24, skipped: 1, inRow: 0 })
    const rest = await drive(train({ ...options, model, resume: snapshot }), countingFrames(30, { from: 25 }), {
      from: { step: 25 },
    })
    expect(column(rest.frames, 'loss')).toEqual(column(whole.frames, 'loss').slice(25))
  })
})
