import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, describe, expect, it } from 'vitest'
import { bert } from './bert/bert.ts'
import { llama } from './llama/llama.ts'
import type { LanguageModel, MaskedModel } from './model.ts'

// What GPT-2 does is in gpt2/behaviour.test.ts.

beforeAll(async () => {
  await chooseBackend('cpu')
})

const shape = { vocabSize: 17, blockSize: 6, width: 16, heads: 2, initializerRange: 0.3 }

/** Scores of the last of these tokens. */
function last(model: LanguageModel | MaskedModel, ids: number[]): Float32Array {
  const logits = model.logits(Int32Array.from(ids), { rows: 1 })
  const all = logits.dataSync() as Float32Array
  logits.dispose()
  return all.slice(-17)
}

/** How far the scores move when the tokens before the last one change places. */
function moved(make: () => LanguageModel | MaskedModel): number {
  const model = make()
  const [before, after] = [last(model, [3, 4, 5, 9, 6]), last(model, [9, 5, 3, 4, 6])]
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
  return Math.max(...before.map((score, i) => Math.abs(score - after[i]!)))
}

describe('the order of the context', () => {
  it('is nothing to a bidirectional model without positions, however deep', () => {
    expect(moved(() => bert({ ...shape, layers: 3, positions: 'none', dropout: 0 }, { seed: 1 }))).toBeLessThan(1e-5)
  })

  it('is known to one with positions', () => {
    expect(moved(() => bert({ ...shape, layers: 3, dropout: 0 }, { seed: 1 }))).toBeGreaterThan(1e-3)
  })

  it('is nothing to one causal layer without positions', () => {
    expect(moved(() => llama({ ...shape, layers: 1, positions: 'none' }, { seed: 1 }))).toBeLessThan(1e-5)
  })

  it('is known to a second causal layer, and to one with rotary positions', () => {
    expect(moved(() => llama({ ...shape, layers: 2, positions: 'none' }, { seed: 1 }))).toBeGreaterThan(1e-3)
    expect(moved(() => llama({ ...shape, layers: 1 }, { seed: 1 }))).toBeGreaterThan(1e-3)
  })
})
