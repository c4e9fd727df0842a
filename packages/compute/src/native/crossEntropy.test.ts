import { randomStream } from '@sluice/pipeline'
import { beforeAll, expect, it } from 'vitest'
import { onEverySet } from './testing/addon.ts'
import { emptyReals, expectNear, normals, reals } from './testing/reals.ts'
import * as truth from './testing/truth.ts'

// rows, width, vocabulary
const SHAPES = [
  [1, 1, 1],
  [2, 3, 5],
  [13, 17, 31],
  [33, 64, 101],
  [7, 31, 1009],
  [101, 400, 67],
  [1050, 9, 21],
] as const

onEverySet((addon, { set, bf16 }) => {
  beforeAll(() => addon.useInstructionSet(set))

  it.each(SHAPES)('%i rows of width %i, vocabulary %i', (...shape) => {
    const [rows, width, vocab] = shape
    for (const weighted of [false, true]) {
      const hidden = normals(rows * width, rows, 'hidden', { bf16 })
      const table = normals(vocab * width, rows, 'table', { bf16, scale: 2 / Math.sqrt(width) })
      const stream = randomStream(rows, 'targets')
      const targets = Int32Array.from({ length: rows }, (_, i) => stream.below(i, vocab))
      const weights = weighted ? Float32Array.from({ length: rows }, (_, i) => i % 3) : null
      const expected = truth.crossEntropy(hidden, table, targets, weights, shape)
      const dhidden = emptyReals(rows * width, bf16)
      const dtable = new Float32Array(vocab * width).fill(Number.NaN)
      const loss = addon.crossEntropy(bf16, reals(hidden, bf16), table, targets, weights, dhidden, dtable, ...shape)
      expect(Math.abs(loss - expected.loss)).toBeLessThan(bf16 ? 5e-3 : 1e-5 * Math.max(1, expected.loss))
      expectNear('dhidden', dhidden, expected.dhidden, bf16 ? 1e-2 : 1e-5)
      expectNear('dtable', dtable, expected.dtable, bf16 ? 1e-2 : 1e-5)
      const losses = new Float32Array(rows)
      const alone = addon.crossEntropy(bf16, hidden, table, targets, weights, null, null, ...shape, losses)
      expect(alone).toBe(loss)
      const shares = weights ?? new Float32Array(rows).fill(1)
      const sum = shares.reduce((sum, share) => sum + share, 0)
      const mean = losses.reduce((mean, own, i) => mean + (sum === 0 ? 0 : (own * shares[i]!) / sum), 0)
      expect(mean).toBeCloseTo(loss, 4)
    }
  })

  it('is 0 where all weights are', () => {
    const dhidden = emptyReals(6, bf16)
    const dtable = new Float32Array(9)
    const hidden = reals(normals(6, 1, 'hidden'), bf16)
    const table = normals(9, 1, 'table')
    const weights = new Float32Array(2)
    expect(addon.crossEntropy(bf16, hidden, table, Int32Array.of(0, 2), weights, dhidden, dtable, 2, 3, 3)).toBe(0)
    expectNear('dhidden', dhidden, new Float64Array(6), 0)
    expectNear('dtable', dtable, new Float64Array(9), 0)
  })

  it('reads nothing of what a call before left in scratch memory', () => {
    const call = (vocab: number, hidden: Float32Array) => {
      const dhidden = emptyReals(24 * 8, bf16)
      const table = normals(vocab * 8, 1, 'table')
      const targets = new Int32Array(24)
      addon.crossEntropy(
        bf16,
        reals(hidden, bf16),
        table,
        targets,
        null,
        dhidden,
        new Float32Array(vocab * 8),
        24,
        8,
        vocab,
      )
      return dhidden
    }
    const hidden = normals(24 * 8, 1, 'hidden', { bf16 })
    const clean = call(21, hidden)
    call(22, new Float32Array(24 * 8).fill(Number.NaN))
    expect(call(21, hidden)).toEqual(clean)
  })

  it('stays finite where a logit is far above the others', () => {
    const hidden = new Float32Array(32).fill(30)
    const table = new Float32Array(3 * 32).fill(-1)
    table.fill(3, 32, 64)
    const targets = Int32Array.of(0)
    const dhidden = emptyReals(32, bf16)
    const dtable = new Float32Array(3 * 32)
    const loss = addon.crossEntropy(bf16, reals(hidden, bf16), table, targets, null, dhidden, dtable, 1, 32, 3)
    expect(loss).toBeCloseTo(4 * 30 * 32, -1)
    expectNear('dhidden', dhidden, new Float64Array(32).fill(4), 1e-2)
  })
})
