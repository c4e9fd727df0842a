import { randomStream } from '@sluice/pipeline'
import { beforeAll, expect, it } from 'vitest'
import { BINARY, REDUCE, UNARY } from './functions.ts'
import { onEverySet } from './testing/addon.ts'
import { expectNear, fromHalf, normals, toHalf } from './testing/reals.ts'
import * as truth from './testing/truth.ts'

const LENGTHS = [1, 2, 15, 16, 17, 31, 1023, 40_003]

onEverySet((addon, { set, bf16 }) => {
  beforeAll(() => addon.useInstructionSet(set))

  it.each([
    [1, 1, 1, 1],
    [3, 5, 7, 2],
    [1, 65, 130, 401],
    [5, 33, 31, 47],
    [2, 200, 90, 64],
    [1, 1, 97, 33],
    [1, 97, 1, 33],
  ])('multiplies %i matrices [%i, .] by [., %i] over %i', (batch, m, n, k) => {
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const a = normals(batch * m * k, m, 'a', { bf16 })
      const b = normals(k * n, n, 'b', { bf16 })
      const c = new Float32Array(batch * m * n).fill(Number.NaN)
      addon.matMul(bf16, a, b, c, batch, m, n, k, m * k, 0, transposeA, transposeB)
      for (let i = 0; i < batch; i++) {
        const expected = truth.matMul(a.subarray(i * m * k, (i + 1) * m * k), b, [m, n, k], transposeA, transposeB)
        expectNear(`${i} ${transposeA} ${transposeB}`, c.subarray(i * m * n, (i + 1) * m * n), expected, 1e-5)
      }
    }
  })

  if (bf16) return

  it.each(LENGTHS)('functions of %i numbers', length => {
    const x = normals(length, length, 'x', { scale: 3 })
    const positive = x.map(value => Math.abs(value) + 0.01)
    for (const [name, input, expected] of [
      ['negate', x, (v: number) => -v],
      ['absolute', x, Math.abs],
      ['square', x, (v: number) => v * v],
      ['squareRoot', positive, Math.sqrt],
      ['inverseSquareRoot', positive, (v: number) => 1 / Math.sqrt(v)],
      ['reciprocal', positive, (v: number) => 1 / v],
      ['exponential', x, Math.exp],
      ['relu', x, (v: number) => Math.max(v, 0)],
      ['sigmoid', x, (v: number) => 1 / (1 + Math.exp(-v))],
      ['gelu', x, (v: number) => truth.geluWithSlope(v)[0]],
    ] as const) {
      const y = new Float32Array(length).fill(Number.NaN)
      addon.unary(UNARY[name], input, y, length)
      for (let i = 0; i < length; i++) {
        const want = expected(input[i]!)
        if (!(Math.abs(y[i]! - want) <= 1e-6 * Math.abs(want) + 1e-6)) expect.fail(`${name}(${input[i]}) is ${y[i]}`)
      }
    }
    const dy = normals(length, length, 'dy')
    const dx = new Float32Array(length)
    addon.geluBackward(dy, x, dx, length)
    expectNear(
      'gelu backward',
      dx,
      x.map((value, i) => truth.geluWithSlope(value)[1] * dy[i]!),
      5e-6,
    )
  })

  it.each(LENGTHS)('rounds %i numbers to bfloat16 and back as it should be', length => {
    const x = normals(length, length, 'x')
    x[0] = Number.NaN
    const half = new Uint16Array(length)
    addon.unary(UNARY.copy, x, half, length)
    expect(fromHalf(half[0]!)).toBeNaN()
    expect([...half.subarray(1)]).toEqual([...x.subarray(1)].map(toHalf))
    const back = new Float32Array(length)
    addon.unary(UNARY.copy, half, back, length)
    expect([...back.subarray(1)]).toEqual([...half.subarray(1)].map(fromHalf))
  })

  it.each([
    [1, 1],
    [3, 17],
    [100, 1000],
  ])('combines [%i, %i] with rows, columns and single values', (rows, columns) => {
    const size = rows * columns
    const functions = {
      add: (p: number, q: number) => p + q,
      subtract: (p: number, q: number) => p - q,
      multiply: (p: number, q: number) => p * q,
      divide: (p: number, q: number) => p / q,
      maximum: Math.max,
      minimum: Math.min,
      squaredDifference: (p: number, q: number) => (p - q) ** 2,
    }
    const a = normals(size, 1, 'a')
    const b = normals(size, 1, 'b').map(value => value + Math.sign(value))
    for (const [name, f] of Object.entries(functions) as [keyof typeof BINARY, (p: number, q: number) => number][]) {
      for (const [rowB, columnB] of [
        [columns, 1],
        [0, 1],
        [1, 0],
        [0, 0],
      ] as const) {
        const expected = Float64Array.from({ length: size }, (_, i) =>
          f(a[i]!, b[Math.floor(i / columns) * rowB + (i % columns) * columnB]!),
        )
        const y = new Float32Array(size)
        addon.binary(BINARY[name], a, b, y, rows, columns, columns, 1, rowB, columnB)
        expectNear(name, y, expected, 1e-6)
        const swapped = Float64Array.from({ length: size }, (_, i) =>
          f(b[Math.floor(i / columns) * rowB + (i % columns) * columnB]!, a[i]!),
        )
        addon.binary(BINARY[name], b, a, y, rows, columns, rowB, columnB, columns, 1)
        expectNear(`${name}, exchanged`, y, swapped, 1e-6)
      }
    }
  })

  it.each([
    [1, 1, 1],
    [3, 5, 1],
    [2, 3, 19],
    [1, 3001, 1],
    [1, 501, 33],
    [65, 33, 17],
  ])('reduces [%i, (%i), %i]', (outer, reduced, inner) => {
    // Off 0, so that sums do not cancel.
    const x = normals(outer * reduced * inner, reduced, 'x').map(value => value + 1)
    const fold = (f: (values: number[]) => number): Float64Array =>
      Float64Array.from({ length: outer * inner }, (_, at) => {
        const [o, i] = [Math.floor(at / inner), at % inner]
        return f(Array.from({ length: reduced }, (_, r) => x[(o * reduced + r) * inner + i]!))
      })
    const sum = (values: number[]): number => values.reduce((p, q) => p + q, 0)
    for (const [name, f] of [
      ['sum', sum],
      ['mean', (values: number[]) => sum(values) / reduced],
      ['maximum', (values: number[]) => Math.max(...values)],
    ] as const) {
      const y = new Float32Array(outer * inner)
      addon.reduce(REDUCE[name], x, y, outer, reduced, inner)
      expectNear(name, y, fold(f), 1e-5)
    }
  })

  it.each([
    [1, 1],
    [3, 7],
    [70, 301],
  ])('softmax of [%i, %i]', (rows, columns) => {
    const x = normals(rows * columns, rows, 'x', { scale: 5 })
    const y = new Float32Array(rows * columns)
    addon.softmax(x, y, rows, columns)
    const expected = Float64Array.from({ length: rows * columns }, (_, at) => {
      const row = [...x.subarray(at - (at % columns), at - (at % columns) + columns)]
      const top = Math.max(...row)
      return Math.exp(x[at]! - top) / row.reduce((sum, value) => sum + Math.exp(value - top), 0)
    })
    expectNear('softmax', y, expected, 1e-6)
  })

  it.each([
    [1, 1, 1, 1],
    [1, 17, 33, 1],
    [3, 5, 7, 1],
    [2, 40, 50, 1],
    [1, 300, 200, 1],
    [2, 5, 7, 19],
  ])('exchanges the middle of [%i, %i, %i, %i]', (outer, a, b, inner) => {
    const x = normals(outer * a * b * inner, a, 'x')
    const y = new Float32Array(x.length)
    addon.transpose(x, y, outer, a, b, inner)
    const expected = Float32Array.from({ length: x.length }, (_, at) => {
      const k = at % inner
      const i = Math.floor(at / inner) % a
      const j = Math.floor(at / inner / a) % b
      const o = Math.floor(at / inner / a / b)
      return x[((o * a + i) * b + j) * inner + k]!
    })
    expect(y).toEqual(expected)
  })

  it.each([
    [1, 1],
    [7, 5],
    [64, 129],
    [700, 96],
  ])('layer norm of [%i, %i]', (rows, width) => {
    const x = normals(rows * width, rows, 'x')
    const gamma = normals(width, rows, 'gamma')
    const beta = normals(width, rows, 'beta')
    const dy = normals(rows * width, rows, 'dy')
    const expected = truth.layerNorm(x, gamma, beta, dy, [rows, width], 1e-5)
    const [y, mean, rstd] = [x.slice(), new Float32Array(rows), new Float32Array(rows)]
    addon.layerNormForward(x, gamma, beta, y, mean, rstd, rows, width, 1e-5)
    expectNear('y', y, expected.y, 1e-5)
    const [dx, dgamma, dbeta] = [x.slice(), gamma.slice(), beta.slice()]
    const beforehand = normals(rows * width, rows, 'beforehand')
    addon.layerNormBackward(dy, x, gamma, mean, rstd, dx, dgamma, dbeta, rows, width, false)
    expectNear('dx', dx, expected.dx, 1e-5)
    expectNear('dgamma', dgamma, expected.dgamma, 1e-5)
    expectNear('dbeta', dbeta, expected.dbeta, 1e-5)
    const sum = beforehand.map((value, i) => Math.fround(value + dx[i]!))
    addon.layerNormBackward(dy, x, gamma, mean, rstd, beforehand, dgamma, dbeta, rows, width, true)
    expect(beforehand).toEqual(sum)
    expectNear('dgamma, once more', dgamma, expected.dgamma, 1e-5)
    const half = new Uint16Array(rows * width)
    addon.layerNormForward(x, gamma, beta, half, null, null, rows, width, 1e-5)
    expectNear('y in bfloat16', half, expected.y, 4e-3)
  })

  it('looks up rows and adds their gradients', () => {
    const [rows, width, vocab] = [301, 37, 53]
    const table = normals(vocab * width, 1, 'table')
    const stream = randomStream(1, 'ids')
    const ids = Int32Array.from({ length: rows }, (_, i) => stream.below(i, vocab))
    const out = new Float32Array(rows * width)
    addon.embeddingForward(table, ids, out, rows, width, vocab)
    expect(out).toEqual(out.map((_, at) => table[ids[Math.floor(at / width)]! * width + (at % width)]!))
    const dtable = new Float32Array(vocab * width).fill(Number.NaN)
    addon.embeddingBackward(out, ids, dtable, rows, width, vocab, false)
    const expected = new Float64Array(vocab * width)
    out.forEach((value, at) => {
      expected[ids[Math.floor(at / width)]! * width + (at % width)]! += value
    })
    expectNear('dtable', dtable, expected, 1e-5)
    addon.embeddingBackward(out, ids, dtable, rows, width, vocab, true)
    const twice = expected.map(value => 2 * value)
    expectNear('dtable, added to', dtable, twice, 1e-5)
  })

  it.each([0, 1, 2, 3, 4, 9, 2 ** 33 + 1])('drops what the stream says from %i on', offset => {
    const stream = randomStream(11, 'dropout')
    const length = 1000
    const x = normals(length, 1, 'x')
    const y = new Float32Array(length)
    for (const rate of [0.1, 0.5, 1 / 3]) {
      addon.dropout(x, y, length, rate, Float64Array.of(...stream.key, ...stream.nameHash, offset))
      const scale = Math.fround(1 / (1 - Math.fround(rate)))
      const expected = x.map((value, i) => (stream.uniform(offset + i) >= rate ? value * scale : 0))
      expect([...y].map(value => value === 0)).toEqual([...expected].map(value => value === 0))
      expectNear('dropped', y, expected, 1e-6)
    }
  })

  it('makes a step of AdamW and sums squares, over tensors of any length', () => {
    const lengths = [1, 0, 17, 70_001, 5]
    const all = (name: string): Float32Array[] => lengths.map((length, i) => normals(length, i, name))
    const [p, g, m, v] = [all('p'), all('g'), all('m'), all('v').map(array => array.map(value => value * value))]
    const decay = Float64Array.of(0.1, 0, 0.1, 0.2, 0)
    const sums = new Float64Array(lengths.length)
    addon.squaredNorms(g, sums)
    g.forEach((array, i) => {
      const expected = array.reduce((sum, value) => sum + value * value, 0)
      expect(Math.abs(sums[i]! - expected)).toBeLessThanOrEqual(1e-6 * expected)
    })
    const expected = p.map((array, i) =>
      Float64Array.from(array, (value, j) => {
        const gradient = g[i]![j]! * 0.5
        const m1 = 0.9 * m[i]![j]! + 0.1 * gradient
        const v1 = 0.95 * v[i]![j]! + 0.05 * gradient ** 2
        const top = m1 / (1 - 0.9 ** 3)
        return value * (1 - 1e-2 * decay[i]!) - (1e-2 * top) / (Math.sqrt(v1 / (1 - 0.95 ** 3)) + 1e-8)
      }),
    )
    addon.adamW(p, g, m, v, decay, 1e-2, 0.9, 0.95, 1e-8, 3, 0.5)
    p.forEach((array, i) => {
      expectNear(`parameter ${i}`, array, expected[i]!, 1e-6)
    })
  })
})
