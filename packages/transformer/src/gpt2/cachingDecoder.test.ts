import { backendReports, chooseBackend, tf } from '@sluice/compute'
import { randomStream } from '@sluice/pipeline'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { recomputingDecoder } from '../generation/decoder.ts'
import { difference, next } from '../testing/scores.ts'
import { someIds, tinyModel } from '../testing/tiny.ts'
import { cachingDecoder } from './cachingDecoder.ts'
import type { Gpt2Options } from './config.ts'
import type { Gpt2Model } from './gpt2.ts'

const backends = (await backendReports()).filter(({ available }) => available).map(({ name }) => name)

const shapes: Partial<Gpt2Options>[] = [
  {},
  { positions: 'sinusoidal', layers: 3, width: 12, heads: 3, inner: 20, blockSize: 9 },
  { positions: 'none', tieHead: false, vocabSize: 31, width: 10, heads: 1, blockSize: 7 },
  { width: 36, heads: 4, blockSize: 40, vocabSize: 101, epsilon: 1e-3 },
  { layers: 1, width: 1, heads: 1, blockSize: 1, vocabSize: 2 },
]

let model: Gpt2Model
afterEach(() => {
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

describe.each(backends)('on %s, the scores of the whole context computed anew', backend => {
  beforeAll(async () => {
    await chooseBackend(backend)
  })

  it.each(shapes.flatMap(shape => [1, 3, 40].map(slide => ({ shape, slide }))))('$shape, slide $slide', async each => {
    model = tinyModel(each.shape, { scale: 5 })
    const { blockSize, vocabSize } = model.config
    const slide = Math.min(each.slide, blockSize)
    const [cached, anew] = [cachingDecoder(model, { slide }), recomputingDecoder(model, { slide })]
    const context = [...someIds(Math.min(3, blockSize), vocabSize)]
    for (let i = 0; i < blockSize + 5; i++) {
      expect(difference(await next(cached, context), await next(anew, context)), `token ${i}`).toBeLessThan(1e-5)
      context.push((i * i * 5 + 1) % vocabSize)
    }
    cached.dispose()
  })

  it('in several rows of other lengths at once, each as if it were alone', async () => {
    model = tinyModel({ blockSize: 12 }, { scale: 5 })
    const [together, alone] = [cachingDecoder(model, { rows: 3, slide: 2 }), cachingDecoder(model, { slide: 2 })]
    const contexts = [[1, 2, 3], [4], Array.from({ length: 15 }, (_, i) => i)]
    for (let i = 0; i < 8; i++) {
      // Row 1 is not asked at every turn.
      const rows = [0, 1, 2].filter(row => row !== 1 || i % 3 > 0)
      const scores = await together.next(rows.map(row => ({ row, context: contexts[row]! })))
      for (const [at, row] of rows.entries()) {
        expect(difference(scores[at]!, await next(alone, contexts[row]!)), `row ${row}, ${i}`).toBeLessThan(1e-6)
        contexts[row]!.push((i * 7 + row) % 17)
      }
    }
    together.dispose()
    alone.dispose()
  })

  it('whatever the contexts are: other ends, shorter, longer, none in common', async () => {
    model = tinyModel({ blockSize: 12 }, { scale: 5 })
    const [cached, anew] = [cachingDecoder(model), recomputingDecoder(model)]
    const random = randomStream(1, 'contexts')
    let context: number[] = []
    for (let i = 0; i < 40; i++) {
      const kept = context.slice(0, random.below(3 * i, context.length + 1))
      const added = Array.from({ length: 1 + random.below(3 * i + 1, 7) }, (_, j) =>
        random.below(1000 + 10 * i + j, 17),
      )
      context = [...(random.below(3 * i + 2, 5) === 0 ? [] : kept), ...added]
      expect(difference(await next(cached, context), await next(anew, context)), `${context}`).toBeLessThan(1e-5)
      // The same again puts in only the last token.
      expect(difference(await next(cached, context), await next(anew, context)), `${context}`).toBeLessThan(1e-5)
    }
    cached.dispose()
  })
})

it('keeps the weights of the moment when it was made', async () => {
  await chooseBackend('cpu')
  model = tinyModel()
  const first = cachingDecoder(model)
  const before = await next(first, [1, 2, 3])
  const other = tinyModel({}, { seed: 2 })
  model.assign(other.weights())
  other.dispose()
  expect(await next(first, [4])).not.toEqual(before)
  expect(await next(first, [1, 2, 3])).toEqual(before)
  const second = cachingDecoder(model)
  expect(await next(second, [1, 2, 3])).not.toEqual(before)
  first.dispose()
  second.dispose()
})

it('goes on after an id that is not in the vocabulary', async () => {
  await chooseBackend('cpu')
  model = tinyModel()
  const decoder = cachingDecoder(model)
  const expected = await next(decoder, [1, 2, 3])
  await expect(next(decoder, [1, 2, 3, 17])).rejects.toThrow("token id 17 is outside the model's vocabulary of 17")
  expect(difference(await next(decoder, [1, 2, 3]), expected)).toBeLessThan(1e-6)
  decoder.dispose()
})
