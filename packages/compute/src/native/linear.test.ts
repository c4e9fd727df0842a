import { beforeAll, expect, it } from 'vitest'
import { onEverySet } from './testing/addon.ts'
import { emptyReals, expectNear, normals, reals } from './testing/reals.ts'
import * as truth from './testing/truth.ts'

// rows, in, out: ones, primes, tails of every tile, several blocks of rows and of k.
const SHAPES = [
  [1, 1, 1],
  [1, 2, 33],
  [2, 1, 5],
  [3, 31, 1],
  [7, 13, 29],
  [12, 32, 32],
  [13, 33, 31],
  [97, 64, 65],
  [193, 37, 101],
  [31, 401, 47],
  [5, 64, 1031],
  [130, 800, 37],
  [1100, 19, 23],
] as const

onEverySet((addon, { set, bf16 }) => {
  beforeAll(() => addon.useInstructionSet(set))
  // Products of bfloat16 are exact in float; what is rounded are results (2^-9) and, in between, dz.
  const [value, gradient] = bf16 ? [5e-3, 1e-2] : [1e-5, 1e-5]

  it.each(SHAPES)('multiplies [%i, %i] by [., %i]', (rows, inner, outer) => {
    for (const gelu of [false, true]) {
      const shape = [rows, inner, outer] as const
      const seed = rows * 31 + inner * 7 + outer
      const scale = 1 / Math.sqrt(inner)
      const x = normals(rows * inner, seed, 'x', { bf16 })
      const w = normals(inner * outer, seed, 'w', { bf16, scale })
      const b = gelu ? null : normals(outer, seed, 'b')
      const dy = normals(rows * outer, seed, 'dy', { bf16 })
      const expected = truth.linear(x, w, b, dy, shape, gelu)

      const y = emptyReals(rows * outer, bf16)
      const slope = gelu ? emptyReals(rows * outer, bf16) : null
      addon.linearForward(bf16, reals(x, bf16), w, b, null, y, slope, ...shape, gelu)
      expectNear('y', y, expected.y, value)

      const dx = emptyReals(rows * inner, bf16)
      const dw = new Float32Array(inner * outer).fill(Number.NaN)
      const db = new Float32Array(outer).fill(Number.NaN)
      addon.linearBackward(bf16, reals(dy, bf16), slope, reals(x, bf16), w, dx, dw, db, ...shape)
      expectNear('dx', dx, expected.dx, gradient)
      expectNear('dw', dw, expected.dw, gradient)
      expectNear('db', db, expected.db, gradient)
    }
  })

  it('takes floats for bfloat16, adds a residual, and leaves out what is not asked for', () => {
    const [rows, inner, outer] = [37, 50, 41]
    const x = normals(rows * inner, 1, 'x', { bf16 })
    const w = normals(inner * outer, 1, 'w', { bf16, scale: 0.1 })
    const residual = normals(rows * outer, 1, 'residual')
    const dy = normals(rows * outer, 1, 'dy', { bf16 })
    const expected = truth.linear(x, w, null, dy, [rows, inner, outer], false)
    const y = new Float32Array(rows * outer)
    addon.linearForward(bf16, x, w, null, residual, y, null, rows, inner, outer, false)
    expectNear(
      'y',
      y,
      expected.y.map((value, i) => value + residual[i]!),
      1e-5,
    )
    const dw = new Float32Array(inner * outer)
    addon.linearBackward(bf16, dy, null, x, w, null, dw, null, rows, inner, outer)
    expectNear('dw', dw, expected.dw, gradient)
  })

  it('gives the same bits with one thread and with two, and every time', () => {
    const [rows, inner, outer] = [1111, 100, 130]
    const x = reals(normals(rows * inner, 2, 'x'), bf16)
    const w = normals(inner * outer, 2, 'w')
    const dy = reals(normals(rows * outer, 2, 'dy'), bf16)
    const threads = addon.threads()
    const results = [1, 2, 2, 3].map(count => {
      addon.setThreads(count)
      const y = emptyReals(rows * outer, bf16)
      addon.linearForward(bf16, x, w, null, null, y, null, rows, inner, outer, false)
      const dx = emptyReals(rows * inner, bf16)
      const dw = new Float32Array(inner * outer)
      const db = new Float32Array(outer)
      addon.linearBackward(bf16, dy, null, x, w, dx, dw, db, rows, inner, outer)
      return [y, dx, dw, db].map(array => Buffer.from(array.buffer).toString('base64'))
    })
    addon.setThreads(threads)
    for (const result of results) expect(result).toEqual(results[0])
  })
})
