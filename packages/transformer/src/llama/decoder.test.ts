import { backendReports, chooseBackend, decoderTakes, tf } from '@sluice/compute'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { recomputingDecoder } from '../generation/decoder.ts'
import { difference, next } from '../testing/scores.ts'
import { someIds } from '../testing/tiny.ts'
import type { LlamaOptions } from './config.ts'
import { type LlamaModel, llama } from './llama.ts'

const backends = (await backendReports()).filter(({ available }) => available).map(({ name }) => name)

const shapes: [string, Partial<LlamaOptions>][] = [
  ['as many keys as queries', {}],
  ['shared keys, a tied head', { heads: 4, keyHeads: 2, width: 24, inner: 20, blockSize: 9, tieHead: true }],
  ['one key for all, no positions', { heads: 3, keyHeads: 1, width: 18, vocabSize: 31, positions: 'none' }],
  ['a prompt of many tokens at once', { heads: 2, keyHeads: 1, width: 36, blockSize: 128, vocabSize: 101, theta: 500 }],
]

let model: LlamaModel
afterEach(() => {
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

function make(options: Partial<LlamaOptions>): void {
  const shape = { vocabSize: 17, blockSize: 6, layers: 2, width: 8, heads: 2, initializerRange: 0.5, ...options }
  model = llama(shape, { seed: 1 })
}

describe.each(backends)('on %s, the scores of the whole context computed anew', backend => {
  beforeAll(async () => {
    await chooseBackend(backend)
  })

  // Only a decoder of the backend's own takes a prompt of many tokens in another way.
  const some = backend === 'native' ? shapes : shapes.slice(0, 3)
  it.each(some.flatMap(([name, shape], i) => [1, 4].slice(i % 2).map(slide => [name, slide, shape] as const)))(
    '%s, slide %i',
    async (_, slide, shape) => {
      make(shape)
      const { blockSize, vocabSize } = model.config
      const [kept, anew] = [model.decoder({ slide, rows: 2 }), recomputingDecoder(model, { slide })]
      const contexts = [[...someIds(blockSize - 4, vocabSize)], [3]]
      for (let i = 0; i < 8; i++) {
        const scores = await kept.next(contexts.map((context, row) => ({ row, context })))
        for (const [row, context] of contexts.entries()) {
          expect(difference(scores[row]!, await next(anew, context)), `row ${row}, token ${i}`).toBeLessThan(1e-5)
          context.push((i * i * 5 + row) % vocabSize)
        }
      }
      // What does not begin alike is forgotten.
      expect(difference(await next(kept, [5, 1], 1), await next(anew, [5, 1]))).toBeLessThan(1e-5)
      kept.dispose()
    },
  )

  it('keeps the weights of the moment when it was made, where it has them of its own', async () => {
    make({})
    const decoder = model.decoder()
    const before = await next(decoder, [1, 2, 3])
    const other = llama(model.config, { seed: 2 })
    model.assign(other.weights())
    other.dispose()
    await next(decoder, [4])
    if (decoderTakes('llama')) expect(await next(decoder, [1, 2, 3])).toEqual(before)
    decoder.dispose()
  })
})
