import { chooseBackend, tf } from '@sluice/compute'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../model.ts'
import { someIds, tinyModel } from '../testing/tiny.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})
let model: LanguageModel
afterEach(() => {
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

const logits = (ids: Int32Array, rows = 1) => {
  const result = model.logits(ids, { rows })
  const values = result.dataSync().slice() as Float32Array
  result.dispose()
  return values
}
const last = (ids: number[]) => {
  const result = model.nextLogits(Int32Array.from(ids), { rows: 1 })
  const values = result.dataSync().slice() as Float32Array
  result.dispose()
  return values
}
const loss = (options: { training: boolean; seed?: number; step?: number }) => {
  const batch = { ids: someIds(14), rows: 2 }
  const result = model.loss(batch, { seed: 1, step: 1, ...options })
  const value = result.dataSync()[0]!
  result.dispose()
  return value
}

describe('context', () => {
  it('later tokens change nothing before them, bit for bit', () => {
    model = tinyModel()
    const ids = someIds(6)
    const before = logits(ids)
    for (let changed = 1; changed < ids.length; changed++) {
      const other = ids.slice()
      other[changed] = (other[changed]! + 1) % 17
      const after = logits(other)
      expect(after.subarray(0, changed * 17)).toEqual(before.subarray(0, changed * 17))
      expect(after.subarray(changed * 17)).not.toEqual(before.subarray(changed * 17))
    }
  })

  it('rows do not see each other', () => {
    model = tinyModel()
    const [a, b] = [someIds(5), someIds(9).subarray(4)]
    const both = logits(Int32Array.from([...a, ...b]), 2)
    expect(both).toEqual(Float32Array.from([...logits(a), ...logits(b)]))
  })

  it('more of it changes what is foretold', () => {
    model = tinyModel()
    expect(last([3, 4, 5])).not.toEqual(last([4, 5]))
    expect(last([9, 3, 4, 5])).not.toEqual(last([8, 3, 4, 5]))
  })

  const spread = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

  it('without positions, one layer does not know the order', () => {
    model = tinyModel({ layers: 1, positions: 'none' })
    expect(spread(last([3, 4, 5, 6]), last([5, 3, 4, 6]))).toBeLessThan(1e-5)
  })

  it.each(['learned', 'sinusoidal'] as const)('with %s positions it does', positions => {
    model = tinyModel({ layers: 1, positions })
    expect(spread(last([3, 4, 5, 6]), last([5, 3, 4, 6]))).toBeGreaterThan(1e-3)
  })
})

describe('dropout', () => {
  it.each(['embedding', 'attention', 'residual'] as const)('of %s is on in training and off elsewhere', place => {
    const dropout = { embedding: 0, attention: 0, residual: 0, [place]: 0.5 }
    model = tinyModel({ dropout })
    const off = loss({ training: false })
    expect(loss({ training: true })).not.toBe(off)
    expect(loss({ training: false, step: 2 })).toBe(off)
    const bare = tinyModel()
    const plain = model
    model = bare
    expect(loss({ training: true })).toBe(off)
    plain.dispose()
  })

  it('is a pure function of seed and step', () => {
    model = tinyModel({ dropout: 0.3 })
    const first = loss({ training: true })
    expect(loss({ training: true })).toBe(first)
    expect(loss({ training: true, step: 2 })).not.toBe(first)
    expect(loss({ training: true, seed: 2 })).not.toBe(first)
  })

  it('has no part in logits', () => {
    model = tinyModel({ dropout: 0.5 })
    const ids = someIds(6)
    const dropped = model
    const expected = logits(ids)
    model = tinyModel()
    expect(logits(ids)).toEqual(expected)
    dropped.dispose()
  })
})

describe('loss', () => {
  it('starts at about log(vocabulary)', () => {
    model = tinyModel({ vocabSize: 64, width: 32 }, { scale: 1 })
    expect(Math.abs(loss({ training: false }) - Math.log(64))).toBeLessThan(0.1)
  })

  it('is the mean of -log softmax of the logits', () => {
    model = tinyModel({ tieHead: false })
    const ids = someIds(7)
    const scores = logits(ids.subarray(0, 6))
    let nats = 0
    for (let t = 0; t < 6; t++) {
      const row = scores.subarray(t * 17, (t + 1) * 17)
      nats += Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[ids[t + 1]!]!
    }
    const batch = { ids, rows: 1 }
    const scalar = model.loss(batch, { training: false, seed: 0, step: 0 })
    expect(scalar.dataSync()[0]).toBeCloseTo(nats / 6, 5)
    const weights = Float32Array.from([0, 0, 1, 0, 0, 0])
    const one = model.loss({ ...batch, weights }, { training: false, seed: 0, step: 0 })
    const row = scores.subarray(34, 51)
    const nll = Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[ids[3]!]!
    expect(one.dataSync()[0]).toBeCloseTo(nll, 5)
    tf.dispose([scalar, one])
  })

  it('refuses rows that do not fit', () => {
    model = tinyModel()
    const text = (run: () => unknown) => {
      try {
        run()
      } catch (error) {
        return `${(error as Error).name}: ${error}`
      }
      return 'taken'
    }
    const options = { training: false, seed: 0, step: 0 }
    expect(text(() => model.loss({ ids: someIds(7), rows: 2 }, options))).toBe(
      'SchemaError: 7 token ids do not fill 2 rows of at least two',
    )
    expect(text(() => model.loss({ ids: someIds(8), rows: 1 }, options))).toBe(
      "SchemaError: rows of 7 tokens exceed the model's context of 6; make data.blockSize and the model agree",
    )
    expect(text(() => model.logits(Int32Array.from([1, 17]), { rows: 1 }))).toBe(
      "DataError: token 1: token id 17 is outside the model's vocabulary of 17; use the tokenizer that the model was made with",
    )
  })
})
