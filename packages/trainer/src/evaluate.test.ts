import { chooseBackend, tf } from '@sluice/compute'
import { gpt2, type LanguageModel } from '@sluice/transformer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockRows } from './batch.ts'
import { evaluate } from './evaluate.ts'
import { countingBatch, evaluationSet } from './testing/batches.ts'

let model: LanguageModel
beforeAll(async () => {
  await chooseBackend('cpu')
  model = gpt2({ vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2, dropout: 0.5 }, { seed: 1 })
})
afterAll(() => model.dispose())

const set = evaluationSet([countingBatch({ index: 0, rows: 5 }), countingBatch({ index: 3, rows: 2 })])

describe('evaluate', () => {
  it('is the mean over all targets, however they are cut up', async () => {
    const losses = await Promise.all([1, 2, 16].map(rows => evaluate(model, set, { rows })))
    const ids = Int32Array.from(set.blocks.flatMap(batch => [...blockRows(batch).ids]))
    const whole = model.loss({ ids, rows: 7 }, { training: false, seed: 0, step: 0 })
    const expected = whole.dataSync()[0]!
    whole.dispose()
    for (const { loss } of losses) expect(loss).toBeCloseTo(expected, 5)
  })

  it('has dropout off: twice the same', async () => {
    expect(await evaluate(model, set)).toEqual(await evaluate(model, set))
  })

  it('tells perplexity and bits per byte', async () => {
    const { loss, perplexity, bitsPerByte } = await evaluate(model, set)
    expect(perplexity).toBeCloseTo(Math.exp(loss), 10)
    // Three bytes a token.
    expect(bitsPerByte).toBeCloseTo(loss / Math.LN2 / 3, 10)
  })

  it('leaves no tensor', async () => {
    const before = tf.memory().numTensors
    await evaluate(model, set)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses an empty set', async () => {
    const error = await evaluate(model, { ...set, blocks: [] }).catch(error => error)
    expect(`${error.name}: ${error}`).toBe('DataError: the evaluation set holds no blocks')
  })

  it('gives up when aborted', async () => {
    const reason = new Error('enough')
    await expect(evaluate(model, set, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
