import { chooseBackend, tf } from '@sluice/compute'
import { blocksBatch, type Frame, type Snapshot, type StepFrame, type Steps } from '@sluice/pipeline'
import { gpt2, type LanguageModel } from '@sluice/transformer'
import { concat, from, NEVER, Observable, Subject, throwError } from 'rxjs'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countingBatch, countingFrames, evaluationSet } from './testing/batches.ts'
import { column, drive } from './testing/drive.ts'
import { type TrainOptions, train } from './train.ts'

const shape = { vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2, dropout: 0.1 }
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

const stage = (options: Partial<TrainOptions> = {}) => train({ model, steps: 4, learningRate: 1e-2, ...options })
const text = async (run: () => unknown) => {
  try {
    await run()
  } catch (error) {
    return `${(error as Error).name}: ${error}`
  }
  return 'taken'
}

describe('frames', () => {
  it('begin with one without rows for step 0; then there is one row a step', async () => {
    const { frames } = await drive(stage(), countingFrames(6))
    expect(frames.map(({ batch }) => batch.numRows)).toEqual([0, 1, 1, 1, 1])
    expect(frames.map(({ cursor }) => cursor)).toEqual([
      { train: { step: 0 } },
      { counting: 1, train: { step: 1 } },
      { counting: 2, train: { step: 2 } },
      { counting: 3, train: { step: 3 } },
      { counting: 4, train: { step: 4 } },
    ])
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4])
    expect(column(frames, 'step')).toEqual([1, 2, 3, 4])
    expect(column(frames, 'tokens')).toEqual([16, 16, 16, 16])
    expect(column(frames, 'lr')[3]).toBe(1e-3)
  })

  it('end after the steps asked for, without asking for more', async () => {
    let asked = 0
    const endless = new Observable<Frame>(subscriber => {
      const timer = setInterval(() => subscriber.next(countingFrames(++asked, { from: asked - 1 })[0]!), 1)
      return () => clearInterval(timer)
    })
    const { frames } = await drive(stage({ steps: 2 }), endless)
    expect(column(frames, 'step')).toEqual([1, 2])
    const after = asked
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(asked).toBe(after)
  })

  it('end when the data does', async () => {
    expect(column((await drive(stage(), [])).frames, 'step')).toEqual([])
    expect(column((await drive(stage(), countingFrames(1))).frames, 'step')).toEqual([1])
  })

  it('without rows pass through, so that progress reaches the sink', async () => {
    const empty = blocksBatch({ width: 9, ids: new Int32Array(0) })
    const [first, second] = countingFrames(2)
    const { frames } = await drive(stage(), [first!, { batch: empty, cursor: { counting: 7 }, seq: 7 }, second!])
    expect(frames.map(({ batch, cursor }) => [batch.numRows, cursor.train])).toEqual([
      [0, { step: 0 }],
      [1, { step: 1 }],
      [0, { step: 1 }],
      [1, { step: 2 }],
    ])
    expect(frames[2]!.seq).toBe(7)
  })

  it('carry the error of what is before', async () => {
    const failing = concat(
      from(countingFrames(1)),
      throwError(() => new Error('torn page')),
    )
    expect(await text(() => drive(stage(), failing))).toBe('Error: Error: torn page')
  })

  it('begin without waiting for data, and can be let go of at any time', async () => {
    const ready = new Promise<void>(resolve => {
      const open = stage()
      const context = {
        seed: 1,
        signal: new AbortController().signal,
        emit: () => {},
        whenConsumed: () => Promise.resolve(),
      }
      void open.open!(context, undefined).then(() => {
        const subscription = open.apply(NEVER).subscribe(async () => {
          await null
          subscription.unsubscribe()
          await open.close!()
          resolve()
        })
      })
    })
    await ready
  })

  it('need an open stage', async () => {
    const error = new Promise(resolve => stage().apply(NEVER).subscribe({ error: resolve }))
    expect(`${await error}`).toBe('train: not open; run it with run()')
  })
})

describe('the next step', () => {
  it('waits until the frame before has been consumed', async () => {
    const order: string[] = []
    await drive(stage({ steps: 3 }), countingFrames(3), {
      consume: async frame => {
        const { step } = frame.cursor.train as { step: number }
        order.push(`emitted ${step}`)
        await new Promise(resolve => setTimeout(resolve, 5))
        expect(frame.snapshot({ optimizer: false }).step).toBe(step)
        order.push(`consumed ${step}`)
      },
    })
    expect(order.slice(0, 6)).toEqual(['emitted 0', 'consumed 0', 'emitted 1', 'consumed 1', 'emitted 2', 'consumed 2'])
  })

  it('lets timers have their turn', async () => {
    let turns = 0
    const count = () => {
      turns++
      immediate = setImmediate(count)
    }
    let immediate = setImmediate(count)
    const seen: number[] = []
    await drive(stage(), countingFrames(4), { consume: () => void seen.push(turns) })
    clearImmediate(immediate)
    for (let i = 1; i < seen.length; i++) expect(seen[i]).toBeGreaterThan(seen[i - 1]!)
  })
})

describe('snapshots', () => {
  it('are copies of the weights and moments', async () => {
    const snapshots: Snapshot[] = []
    await drive(stage({ backend: { name: 'cpu', description: '', threads: 1, precision: 'f32' } }), countingFrames(4), {
      consume: frame => void snapshots.push(frame.snapshot({ optimizer: frame.batch.numRows > 0 })),
    })
    expect(snapshots.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4])
    expect(snapshots[0]!.optimizer).toBe(undefined)
    expect(snapshots[0]!.weights).toEqual(gpt2Weights())
    const names = [...model.parameters.keys()]
    expect([...snapshots[2]!.weights.keys()]).toEqual(names)
    expect([...snapshots[2]!.optimizer!.keys()]).toEqual([
      ...names.map(name => `exp_avg.${name}`),
      ...names.map(name => `exp_avg_sq.${name}`),
    ])
    expect(snapshots[2]!.trainer).toEqual({
      step: 2,
      tokens: 32,
      backend: { name: 'cpu', threads: 1, instructionSet: null, precision: 'f32' },
      judged: { mean: expect.any(Number), seen: 2, skipped: 0, inRow: 0 },
      best: null,
    })
    expect(snapshots[4]!.weights).toEqual(model.weights())
    expect(snapshots[3]!.weights).not.toEqual(snapshots[4]!.weights)
  })

  const gpt2Weights = () => {
    const fresh = gpt2(shape, { seed: 1 })
    const weights = fresh.weights()
    fresh.dispose()
    return weights
  }

  it('are refused once the weights have moved on', async () => {
    const kept: StepFrame<Steps>[] = []
    await drive(stage({ steps: 2 }), countingFrames(2), {
      consume: async frame => {
        kept.push(frame)
        if (kept.length < 2) return
        expect(await text(() => kept[0]!.snapshot({ optimizer: false }))).toBe(
          'StateError: train: the snapshot of step 0 was asked for too late: training is at step ' +
            `${kept.length - 1}; take it before the frame counts as consumed`,
        )
      },
    })
    expect(await text(() => kept[2]!.snapshot({ optimizer: true }))).toBe(
      'StateError: train: the snapshot of step 2 was asked for too late: training has ended; take it before the frame ' +
        'counts as consumed',
    )
  })
})

describe('resuming', () => {
  it('gives the same losses and weights as never having stopped, to the bit', async () => {
    const options = { steps: 8, warmup: 2 }
    let middle: Snapshot | undefined
    const whole = await drive(stage(options), countingFrames(8), {
      consume: frame => {
        const { step } = frame.cursor.train as { step: number }
        if (step === 3) middle = frame.snapshot({ optimizer: true })
      },
    })
    const resume = { ...middle!, trainer: JSON.parse(JSON.stringify(middle!.trainer)) }
    const other = gpt2(shape, { seed: 99 })
    const rest = await drive(stage({ ...options, model: other, resume }), countingFrames(8, { from: 3 }), {
      from: { step: 3 },
    })
    expect(rest.frames.map(({ cursor }) => cursor.train)).toEqual([4, 5, 6, 7, 8].map(step => ({ step })))
    for (const name of ['step', 'loss', 'lr', 'grad_norm', 'tokens'] as const) {
      expect(column(rest.frames, name), name).toEqual(column(whole.frames, name).slice(3))
    }
    expect(other.weights()).toEqual(model.weights())
    other.dispose()
  })

  it('is exact where several frames make one step', async () => {
    const accumulate = 3
    const weights = (frames: readonly StepFrame<Steps>[]) => column(frames, 'loss')
    const whole = await drive(stage({ accumulate }), countingFrames(12))
    expect(column(whole.frames, 'tokens')).toEqual([48, 48, 48, 48])
    expect(whole.frames.at(-1)!.cursor).toEqual({ counting: 12, train: { step: 4 } })
    const [end, expected] = [model.weights(), weights(whole.frames)]
    model.dispose()
    model = gpt2(shape, { seed: 1 })
    let kept: Snapshot | undefined
    const stopping = new AbortController()
    const half = await drive(stage({ accumulate }), countingFrames(12), {
      signal: stopping.signal,
      consume(frame) {
        if (column([frame], 'step')[0] !== 2) return
        kept = frame.snapshot({ optimizer: true })
        stopping.abort()
      },
    })
    expect(half.frames.at(-1)!.cursor).toEqual({ counting: 6, train: { step: 2 } })
    const rest = await drive(stage({ accumulate, resume: kept }), countingFrames(12, { from: 6 }), {
      from: { step: 2 },
    })
    expect([...weights(half.frames), ...weights(rest.frames)]).toEqual(expected)
    for (const [name, { data }] of model.weights()) expect(data, name).toEqual(end.get(name)!.data)
  })

  it('is exact with positions that are not learned', async () => {
    const sinusoidal = { ...shape, positions: 'sinusoidal' as const }
    let middle: Snapshot | undefined
    const first = gpt2(sinusoidal, { seed: 1 })
    const whole = await drive(stage({ model: first }), countingFrames(4), {
      consume: frame => {
        if ((frame.cursor.train as { step: number }).step === 2) middle = frame.snapshot({ optimizer: true })
      },
    })
    const second = gpt2(sinusoidal, { seed: 2 })
    const rest = await drive(stage({ model: second, resume: middle }), countingFrames(4, { from: 2 }))
    expect(column(rest.frames, 'loss')).toEqual(column(whole.frames, 'loss').slice(2))
    first.dispose()
    second.dispose()
  })

  const snapshotAfter = async (steps: number, options: Partial<TrainOptions> = {}) => {
    let snapshot: Snapshot | undefined
    await drive(stage({ ...options, steps }), countingFrames(steps), {
      consume: frame => {
        snapshot = frame.snapshot({ optimizer: true })
      },
    })
    return snapshot!
  }

  it('at the end trains no further', async () => {
    const resume = await snapshotAfter(2)
    const before = model.weights()
    const { frames } = await drive(stage({ steps: 2, resume }), countingFrames(4, { from: 2 }), { from: { step: 2 } })
    expect(frames).toEqual([])
    expect(model.weights()).toEqual(before)
  })

  it('on another backend says so', async () => {
    const backend = {
      name: 'native',
      description: '',
      threads: 2,
      instructionSet: 'avx512',
      precision: 'bf16',
    } as const
    const resume = await snapshotAfter(1, { backend })
    const other = { name: 'wasm', description: '', threads: 1, precision: 'f32' } as const
    const { events } = await drive(stage({ resume, backend: other }), [], { from: { step: 1 } })
    expect(events[0]).toEqual({
      type: 'warning',
      stage: 'train',
      message:
        'the checkpoint was made on native, avx512, 2 threads, bf16; going on with wasm, 1 thread, f32, losses differ in ' +
        'their last bits',
    })
    expect((await drive(stage({ resume, backend }), [], { from: { step: 1 } })).events).toEqual([])
  })

  it('refuses what does not belong together', async () => {
    const resume = await snapshotAfter(1)
    const { optimizer: _, ...weightsOnly } = resume
    expect(await text(() => drive(stage({ resume: weightsOnly }), []))).toBe(
      "StateError: train: the checkpoint of step 1 holds weights only, not the optimizer's state; resume from one that " +
        'holds both, or start a new run from its weights',
    )
    expect(await text(() => drive(stage({ resume: { ...resume, trainer: { step: 7 } } }), []))).toBe(
      'StateError: train: expected the trainer\'s state of step 1, found {"step":7}',
    )
    expect(await text(() => drive(stage({ resume }), [], { from: { step: 5 } }))).toBe(
      'StateError: train: the run goes on after step 5, but the trainer was given step 1; give train the snapshot that ' +
        'belongs to the cursor',
    )
    expect(await text(() => drive(stage(), [], { from: { step: 5 } }))).toBe(
      'StateError: train: the run goes on after step 5, but the trainer was given nothing to resume; give train the ' +
        'snapshot that belongs to the cursor',
    )
    const wider = gpt2({ ...shape, width: 16 }, { seed: 1 })
    expect(await text(() => drive(stage({ model: wider, resume }), []))).toContain(
      'tensor transformer.wte.weight: expected float32 [13, 16], found float32 [13, 8]',
    )
    wider.dispose()
  })
})

describe('stopping', () => {
  it('finishes the step in hand and ignores what comes after', async () => {
    const abort = new AbortController()
    const { frames } = await drive(stage(), countingFrames(4), {
      signal: abort.signal,
      consume: frame => {
        if ((frame.cursor.train as { step: number }).step === 2) abort.abort()
      },
    })
    expect(column(frames, 'step')).toEqual([1, 2])
  })

  it('does not wait for a sink that no longer consumes', async () => {
    const abort = new AbortController()
    const { frames } = await drive(stage(), countingFrames(4), {
      signal: abort.signal,
      consume: frame => {
        if ((frame.cursor.train as { step: number }).step !== 1) return
        setTimeout(() => abort.abort(), 5)
        return new Promise(() => {})
      },
    })
    expect(column(frames, 'step')).toEqual([1])
  })

  it('cuts an evaluation short, but not the step', async () => {
    const abort = new AbortController()
    const evaluation = evaluationSet(Array.from({ length: 500 }, (_, index) => countingBatch({ index })))
    const input = new Subject<Frame>()
    const run = drive(stage({ evaluation, evaluateEvery: 1 }), input, { signal: abort.signal })
    setTimeout(() => {
      abort.abort()
      input.complete()
    }, 30)
    const { frames, events } = await run
    expect(frames).toHaveLength(1)
    expect(events).toEqual([])
  })
})

describe('what is told', () => {
  it('is a metric of each step', async () => {
    const { events, frames } = await drive(stage({ steps: 2 }), countingFrames(2))
    expect(events.map(({ type }) => type)).toEqual(['metric', 'metric'])
    const [first] = events as { step: number; values: Record<string, number> }[]
    expect(first!.step).toBe(1)
    expect(Object.keys(first!.values)).toEqual([
      'loss',
      'lr',
      'grad_norm',
      'tokens',
      'seconds',
      'tokens_per_second',
      'grad_norm.embeddings',
      'grad_norm.positions',
      'grad_norm.norms',
      'grad_norm.attention',
      'grad_norm.feed-forward',
    ])
    expect(first!.values.loss).toBe(column(frames, 'loss')[0])
    expect(first!.values.tokens_per_second).toBeCloseTo(16 / first!.values.seconds!, 6)
  })

  const told = async (options: Partial<TrainOptions>, data = 4, from?: { step: number }) => {
    const { events } = await drive(stage(options), countingFrames(data), from ? { from } : {})
    return events.flatMap(event => (event.type === 'evaluation' || event.type === 'sample' ? [event] : []))
  }
  const evaluation = evaluationSet([countingBatch({ index: 9 })])

  it('is an evaluation at the start, at intervals and at the end, each once', async () => {
    const steps = async (options: Partial<TrainOptions>, data?: number) =>
      (await told({ evaluation, ...options }, data)).map(({ step }) => step)
    expect(await steps({})).toEqual([0, 4])
    expect(await steps({ evaluateEvery: 2 })).toEqual([0, 2, 4])
    expect(await steps({ evaluateEvery: 3 })).toEqual([0, 3, 4])
    // Data that ends before the steps do.
    expect(await steps({ evaluateEvery: 2 }, 3)).toEqual([0, 2, 3])
    expect(await steps({ evaluateEvery: 2 }, 2)).toEqual([0, 2])
  })

  it('has the baselines beside the evaluation', async () => {
    const [first] = await told({ evaluation })
    expect(Object.keys((first as { values: object }).values)).toEqual([
      'loss',
      'perplexity',
      'bits_per_byte',
      'uniform',
      'unigram',
      'bigram',
    ])
    expect(first).toMatchObject({ step: 0, values: { uniform: 3, unigram: 2.5, bigram: 2 } })
  })

  it('is a sample at intervals', async () => {
    const sample = async (given: LanguageModel, step: number) => {
      expect(given).toBe(model)
      return { prompt: 'a', text: `after ${step}` }
    }
    expect(await told({ sample, sampleEvery: 3 })).toEqual(
      [0, 3, 4].map(step => ({ type: 'sample', step, prompt: 'a', text: `after ${step}` })),
    )
    expect(await told({ sample })).toEqual([])
  })

  it('is a warning where what runs between steps keeps tensors', async () => {
    const kept: tf.Tensor[] = []
    const sample = async () => {
      kept.push(tf.scalar(1), tf.scalar(2))
      return { prompt: '', text: '' }
    }
    const { events } = await drive(stage({ sample, sampleEvery: 2 }), countingFrames(4))
    tf.dispose(kept)
    expect(events.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        stage: 'train',
        message: '2 tensors more than after the step before: what runs between steps keeps them',
      },
    ])
  })

  it('ends training where the sample throws', async () => {
    const sample = () => Promise.reject(new Error('no voice'))
    expect(await text(() => drive(stage({ sample, sampleEvery: 1 }), countingFrames(2)))).toBe('Error: Error: no voice')
  })
})

describe('the input', () => {
  const refusal = (width: number) => text(() => stage().schema(countingBatch({ index: 0, width }).schema))

  it('may be shorter than the context, but not longer', async () => {
    expect(await refusal(9)).toBe('taken')
    expect(await refusal(5)).toBe('taken')
    expect(await refusal(10)).toBe(
      "SchemaError: train: ids: expected rows of at most 9 ids (the model's context and one), found 10; give pack and " +
        'the model the same blockSize',
    )
    expect(await refusal(1)).toContain('found 1')
  })

  it('must be blocks', async () => {
    const { schema } = (await drive(stage({ steps: 1 }), countingFrames(1))).frames[0]!.batch
    expect(await text(() => stage().schema(schema as never))).toBe(
      'SchemaError: train: ids: expected a column ids: FixedSizeList<Int32>, found none; put pack before it',
    )
  })
})
