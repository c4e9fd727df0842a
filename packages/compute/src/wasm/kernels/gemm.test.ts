import { randomStream } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectClose, normals } from '../../testing/checkOp.ts'
import * as double from '../../testing/double.ts'
import { buildKernels } from './build.ts'
import { GEMM_SCRATCH } from './gemm.ts'

const memory = new WebAssembly.Memory({ initial: 64 })
const module = new WebAssembly.Module(buildKernels({ shared: false, relaxed: false }))
const gemm = new WebAssembly.Instance(module, { env: { memory } }).exports.gemm as (...args: number[]) => void

interface Product {
  m: number
  n: number
  k: number
  transposeA: boolean
  transposeB: boolean
  /** Floats between the rows of C that are not C's. */
  gap: number
  accumulate: boolean
}

/** Multiplies in the module's memory, with a rim of sentinels around C. */
function multiply({ m, n, k, transposeA, transposeB, gap, accumulate }: Product): void {
  const heap = new Float32Array(memory.buffer)
  const [a, b, c] = [normals(m * k, m, 'a'), normals(k * n, n, 'b'), normals(m * n, k, 'c')]
  const aAt = GEMM_SCRATCH / 4
  const bAt = aAt + m * k
  const cAt = bAt + k * n + 1
  heap.set(a, aAt)
  heap.set(b, bAt)
  heap.fill(77, cAt - 1, cAt + m * (n + gap) + 1)
  for (let i = 0; i < m; i++) heap.set(c.subarray(i * n, (i + 1) * n), cAt + i * (n + gap))
  const strides = (columns: number, rows: number, transposed: boolean) =>
    transposed ? [4, 4 * rows] : [4 * columns, 4]
  const [aRow, aCol] = strides(k, m, transposeA) as [number, number]
  const [bRow, bCol] = strides(n, k, transposeB) as [number, number]
  gemm(m, n, k, 4 * aAt, aRow, aCol, 4 * bAt, bRow, bCol, 4 * cAt, 4 * (n + gap), accumulate ? 1 : 0, 0)

  const plain = (values: Float32Array, rows: number, columns: number, transposed: boolean): Float64Array =>
    Float64Array.from(values, (_, i) =>
      transposed ? values[(i % columns) * rows + Math.floor(i / columns)]! : values[i]!,
    )
  const expected = double
    .matMul(plain(a, m, k, transposeA), plain(b, k, n, transposeB), m, k, n)
    .map((value, i) => value + (accumulate ? c[i]! : 0))
  const found = expected.map((_, i) => heap[cAt + Math.floor(i / n) * (n + gap) + (i % n)]!)
  expectClose('C', found, expected, 1e-5)
  expect([heap[cAt - 1], heap[cAt + (m - 1) * (n + gap) + n]]).toEqual([77, 77])
  for (let i = 0; i < m - 1; i++) {
    for (let j = 0; j < gap; j++) expect(heap[cAt + i * (n + gap) + n + j]).toBe(77)
  }
}

it('multiplies any shapes, transposed or not, and writes nothing else', () => {
  const size = fc.integer({ min: 1, max: 40 })
  fc.assert(
    fc.property(
      fc.record({
        m: size,
        n: size,
        k: size,
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
        gap: fc.integer({ min: 0, max: 3 }),
        accumulate: fc.boolean(),
      }),
      multiply,
    ),
    { numRuns: 300, seed: 1 },
  )
})

// Blocks are 256 deep and 256 wide, kernels 5 by 8.
it.each([
  [5, 8, 256],
  [10, 256, 257],
  [11, 257, 513],
  [1, 600, 300],
  [64, 1, 1000],
])('multiplies across blocks: %i x %i x %i', (m, n, k) => {
  const stream = randomStream(m, 'sides')
  for (const accumulate of [false, true]) {
    multiply({ m, n, k, accumulate, gap: 1, transposeA: stream.uniform(k) < 0.5, transposeB: stream.uniform(n) < 0.5 })
  }
})

it('gives the same bits however C is divided', () => {
  const heap = new Float32Array(memory.buffer)
  const [m, n, k] = [37, 61, 300]
  const a = GEMM_SCRATCH / 4
  const b = a + m * k
  const [whole, parts] = [b + k * n, b + k * n + m * n]
  heap.set(normals(m * k, 1, 'a'), a)
  heap.set(normals(k * n, 1, 'b'), b)
  const run = (rows: number, columns: number, i: number, j: number, c: number) =>
    gemm(rows, columns, k, 4 * (a + i * k), 4 * k, 4, 4 * (b + j), 4 * n, 4, 4 * (c + i * n + j), 4 * n, 0, 0)
  run(m, n, 0, 0, whole)
  run(13, 24, 0, 0, parts)
  run(13, n - 24, 0, 24, parts)
  run(m - 13, 7, 13, 0, parts)
  run(m - 13, n - 7, 13, 7, parts)
  expect(heap.slice(parts, parts + m * n)).toEqual(heap.slice(whole, whole + m * n))
})
