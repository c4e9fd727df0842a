import { createHash } from 'node:crypto'
import { chooseBackend, tf } from '@sluice/compute'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LanguageModel } from '../model.ts'
import { tinyModel } from '../testing/tiny.ts'
import { type GeneratedToken, type GenerateOptions, generate } from './generate.ts'

let model: LanguageModel
beforeAll(async () => {
  await chooseBackend('cpu')
  model = tinyModel({ dropout: 0.5 }, { scale: 30 })
})
afterAll(() => model.dispose())

async function all(prompt: number[], options: GenerateOptions): Promise<GeneratedToken[]> {
  const tokens: GeneratedToken[] = []
  for await (const token of generate(model, prompt, options)) tokens.push(token)
  return tokens
}
const ids = async (prompt: number[], options: GenerateOptions) => (await all(prompt, options)).map(({ id }) => id)

function hash(): string {
  const sum = createHash('sha256')
  for (const { name, data } of model.weights().values()) sum.update(name).update(new Uint8Array(data.buffer))
  return sum.digest('hex')
}

describe('generate', () => {
  it('changes no weight, computes no gradient and leaves no tensor', async () => {
    const engine = tf.engine()
    const gradients = vi.spyOn(engine, 'gradients')
    const tape = vi.spyOn(engine as unknown as { startTape(): void }, 'startTape')
    const before = hash()
    const tensors = tf.memory().numTensors
    await ids([1, 2, 3], { maxTokens: 10, topK: 5 })
    expect(hash()).toBe(before)
    expect(gradients).not.toHaveBeenCalled()
    expect(tape).not.toHaveBeenCalled()
    expect(tf.memory().numTensors).toBe(tensors)
    vi.restoreAllMocks()
  })

  it('at temperature 0 takes the best of the model each time, with the last tokens that fit the context', async () => {
    const context = [5, 1]
    const expected: number[] = []
    for (let i = 0; i < 9; i++) {
      const logits = model.nextLogits(Int32Array.from(context.slice(-6)), { rows: 1 })
      const scores = [...logits.dataSync()]
      logits.dispose()
      const id = scores.indexOf(Math.max(...scores))
      expected.push(id)
      context.push(id)
    }
    expect(await ids([5, 1], { maxTokens: 9, temperature: 0 })).toEqual(expected)
  })

  it('drops several of the oldest tokens at once if asked to', async () => {
    const context = [5, 1]
    const lengths: number[] = []
    for (let i = 0; i < 12; i++) {
      // Of a context of 6, 4 drop out when a seventh comes: 3 to 6 are seen.
      const from = Math.max(0, 4 * Math.ceil((context.length - 6) / 4))
      lengths.push(context.length - from)
      const logits = model.nextLogits(Int32Array.from(context.slice(from)), { rows: 1 })
      const scores = [...logits.dataSync()]
      logits.dispose()
      context.push(scores.indexOf(Math.max(...scores)))
    }
    expect(lengths).toEqual([2, 3, 4, 5, 6, 3, 4, 5, 6, 3, 4, 5])
    expect(await ids([5, 1], { maxTokens: 12, temperature: 0, slide: 4 })).toEqual(context.slice(2))
  })

  it('takes a prompt longer than the context', async () => {
    const long = [9, 9, 9, 1, 2, 3, 4, 5, 6]
    expect(await ids(long, { maxTokens: 4, temperature: 0 })).toEqual(
      await ids(long.slice(-6), { maxTokens: 4, temperature: 0 }),
    )
  })

  it('is a pure function of the seed', async () => {
    const options = { maxTokens: 12, temperature: 2 }
    const first = await ids([1], { ...options, seed: 1 })
    expect(await ids([1], { ...options, seed: 1 })).toEqual(first)
    expect(await ids([1], { ...options, seed: 2 })).not.toEqual(first)
    expect(await ids([1], { ...options, maxTokens: 5, seed: 1 })).toEqual(first.slice(0, 5))
  })

  it('goes on as in one go', async () => {
    const options = { temperature: 2, seed: 3 }
    const whole = await ids([1], { ...options, maxTokens: 6 })
    const rest = await ids([1, ...whole.slice(0, 4)], { ...options, maxTokens: 2, first: 4 })
    expect(rest).toEqual(whole.slice(4))
  })

  it('tells the scores that it chooses by', async () => {
    const told: number[] = []
    const onScores = (scores: Float32Array) => told.push(scores.indexOf(Math.max(...scores)))
    expect(await ids([1], { maxTokens: 4, temperature: 0, onScores })).toEqual(told)
  })

  it('stops after a stop token', async () => {
    const free = await ids([1], { maxTokens: 12, temperature: 2, seed: 1 })
    const stop = free[3]!
    const until = free.slice(0, free.indexOf(stop) + 1)
    expect(await ids([1], { maxTokens: 12, temperature: 2, seed: 1, stop: [stop] })).toEqual(until)
  })

  it("tells the model's own log-probability", async () => {
    const [token] = await all([4, 4], { maxTokens: 1, temperature: 3, topK: 2 })
    const logits = model.nextLogits(Int32Array.from([4, 4]), { rows: 1 })
    const softmax = tf.tidy(() => tf.softmax(logits).dataSync())
    logits.dispose()
    expect(Math.exp(token!.logprob)).toBeCloseTo(softmax[token!.id]!, 5)
  })

  it('streams, and serves timers in between', async () => {
    let turns = 0
    const count = () => {
      turns++
      immediate = setImmediate(count)
    }
    let immediate = setImmediate(count)
    const seen: number[] = []
    for await (const _ of generate(model, [1], { maxTokens: 5 })) seen.push(turns)
    clearImmediate(immediate)
    expect(seen).toHaveLength(5)
    for (let i = 1; i < seen.length; i++) expect(seen[i]).toBeGreaterThan(seen[i - 1]!)
  })

  it('ends when it is aborted or no longer read', async () => {
    const abort = new AbortController()
    const seen: number[] = []
    for await (const { id } of generate(model, [1], { maxTokens: 50, signal: abort.signal })) {
      seen.push(id)
      if (seen.length === 3) abort.abort()
    }
    expect(seen).toHaveLength(3)
    const tensors = tf.memory().numTensors
    for await (const _ of generate(model, [1], { maxTokens: 50 })) break
    expect(tf.memory().numTensors).toBe(tensors)
    expect(await ids([1], { maxTokens: 0 })).toEqual([])
  })

  it.each<[number[], GenerateOptions, string]>([
    [
      [],
      { maxTokens: 1 },
      'ConfigError: prompt: the prompt has no tokens; give some text, or the end-of-text token to begin a document',
    ],
    [[1], { maxTokens: -1 }, 'ConfigError: maxTokens: expected a whole number from 0, found -1'],
    [[1], { maxTokens: 1, slide: 7 }, 'ConfigError: slide: expected a whole number from 1 to 6, found 7'],
    [[1], { maxTokens: 1, topP: 2 }, 'ConfigError: topP: expected a share above 0 and at most 1, found 2'],
    [
      [1, 99],
      { maxTokens: 1 },
      "DataError: token 1: token id 99 is outside the model's vocabulary of 17; use the tokenizer that the model was made with",
    ],
  ])('refuses %j %j', async (prompt, options, message) => {
    const error = await all(prompt, options).catch(error => error)
    expect(`${error.name}: ${error}`).toBe(message)
  })
})
