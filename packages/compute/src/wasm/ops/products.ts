import type { Heap } from '../engine/heap.ts'
import { GEMM_SCRATCH } from '../kernels/gemm.ts'
import { product } from '../kernels/product.ts'

/** A matrix on the heap: element (i, j) at address + 4 * (i * row + j * column). */
export interface Matrix {
  readonly address: number
  readonly rows: number
  readonly columns: number
  readonly row: number
  readonly column: number
}

export function matrix(address: number, rows: number, columns: number): Matrix {
  return { address, rows, columns, row: columns, column: 1 }
}

export function transposed(a: Matrix): Matrix {
  return { address: a.address, rows: a.columns, columns: a.rows, row: a.column, column: a.row }
}

/** c = a · b (or c += a · b), + bias on every row; `activated`, as large as c, becomes gelu(c). */
export function multiply(
  heap: Heap,
  a: Matrix,
  b: Matrix,
  c: Matrix,
  options: { accumulate?: boolean; bias?: number; activated?: number } = {},
): void {
  const [m, n, k] = [a.rows, b.columns, a.columns]
  const { tileM, tileN } = tiles(a, b, heap.pool.threads)
  heap.pool.run(
    product,
    {
      m,
      n,
      k,
      a: a.address,
      aRow: 4 * a.row,
      aCol: 4 * a.column,
      b: b.address,
      bRow: 4 * b.row,
      bCol: 4 * b.column,
      c: c.address,
      cRow: 4 * c.row,
      accumulate: options.accumulate ? 1 : 0,
      bias: options.bias ?? 0,
      activated: options.activated ?? 0,
      tileM,
      tileN,
    },
    Math.ceil(m / tileM) * Math.ceil(n / tileN),
    GEMM_SCRATCH,
  )
}

/** Multiplications and additions below which a product is not divided: some tens of microseconds. */
const WORTH_DIVIDING = 1 << 20
/** Tiles for each thread, so that one that was late takes fewer. */
const TILES_PER_THREAD = 3

/** How to cut C. Each tile packs its part of B, and of a transposed A, anew: the cut that repeats least of that is taken. */
function tiles(a: Matrix, b: Matrix, threads: number): { tileM: number; tileN: number } {
  const [m, n, k] = [a.rows, b.columns, a.columns]
  const whole = { tileM: m, tileN: n }
  if (threads === 1 || m * n * k < WORTH_DIVIDING) return whole
  const wanted = threads * TILES_PER_THREAD
  const packA = a.column === 1 ? 0 : m * k
  const packB = b.column === 1 ? n * k : 3 * n * k
  let best = whole
  let least = Number.POSITIVE_INFINITY
  for (let down = 1; down <= wanted; down++) {
    const across = Math.ceil(wanted / down)
    // Whole inner kernels: 5 rows by 8 columns.
    const tileM = Math.ceil(m / down / 5) * 5
    const tileN = Math.ceil(n / across / 8) * 8
    const count = Math.ceil(m / tileM) * Math.ceil(n / tileN)
    const cost = packA * Math.ceil(n / tileN) + packB * Math.ceil(m / tileM) + (count < threads ? m * n * k : 0)
    if (cost < least) {
      least = cost
      best = { tileM, tileN }
    }
  }
  return best
}
