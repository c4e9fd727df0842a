import { backendReports, chooseBackend, tf } from '@sluice/compute'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { llama } from '../llama/llama.ts'
import type { LanguageModel } from '../model.ts'
import { tinyModel } from '../testing/tiny.ts'
import { type GenerateBatchOptions, generateBatch } from './batch.ts'
import { generate } from './generate.ts'

const prompts = [[5, 1], [2], [3, 3, 4, 9, 1, 2, 3], [8, 1, 1], [5, 1]]
let model: LanguageModel
afterEach(() => {
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

async function batch(options: GenerateBatchOptions) {
  const texts = prompts.map((): { id: number; logprob: number }[] => [])
  const order: number[] = []
  for await (const { prompt, ...token } of generateBatch(model, prompts, options)) {
    texts[prompt]!.push(token)
    order.push(prompt)
  }
  return { texts, order }
}

const makers: Record<string, () => LanguageModel> = {
  gpt2: () => tinyModel({}, { scale: 30 }),
  llama: () => llama({ vocabSize: 17, blockSize: 6, layers: 2, width: 16, heads: 4, keyHeads: 2 }, { seed: 1 }),
}

// TensorFlow chooses its algorithms by the number of rows: there the scores agree up to rounding only.
const backends = (await backendReports()).flatMap(({ name, available }) =>
  available && name !== 'tensorflow' ? [name] : [],
)

describe.each(backends)('on %s', backend => {
  beforeAll(async () => {
    await chooseBackend(backend)
  })

  it.each(Object.keys(makers))('%s: every prompt gets what it gets alone, and ends by itself', async family => {
    model = makers[family]!()
    // Rows of other lengths, a context that slides, and a token that ends some of them early.
    const options = { maxTokens: 7, temperature: 2, topK: 9, topP: 0.95, minP: 0.01, repetitionPenalty: 1.2, seed: 4 }
    for (const stop of [[], [1, 7]]) {
      const alone = []
      for (const prompt of prompts) {
        const tokens = []
        for await (const token of generate(model, prompt, { ...options, stop })) tokens.push(token)
        alone.push(tokens)
      }
      if (stop.length > 0) expect(new Set(alone.map(({ length }) => length)).size).toBeGreaterThan(1)
      for (const rows of [2, 8]) expect((await batch({ ...options, stop, rows })).texts, `${rows}`).toEqual(alone)
    }
  })
})

describe('a batch', () => {
  beforeAll(async () => {
    await chooseBackend('cpu')
  })

  it('gives a place that is free to the next prompt', async () => {
    model = tinyModel()
    const { order } = await batch({ maxTokens: 2, rows: 2 })
    expect(order).toEqual([0, 1, 0, 1, 2, 3, 2, 3, 4, 4])
  })

  it('ends a text when it is told to', async () => {
    model = tinyModel()
    const counts = prompts.map(() => 0)
    for await (const { prompt } of generateBatch(model, prompts, { maxTokens: 5, done: at => counts[at] === at })) {
      counts[prompt]!++
    }
    expect(counts).toEqual([5, 1, 2, 3, 4])
  })

  it('takes none, and refuses rows that cannot be', async () => {
    model = tinyModel()
    const drained = async (given: number[][], options: Partial<GenerateBatchOptions>) => {
      const tokens = []
      for await (const token of generateBatch(model, given, { maxTokens: 1, ...options })) tokens.push(token)
      return tokens
    }
    expect(await drained([], {})).toEqual([])
    await expect(drained([[1]], { rows: 0 })).rejects.toThrow('expected a whole number from 1, found 0')
    await expect(drained([[1], []], {})).rejects.toThrow('the prompt has no tokens')
  })
})
