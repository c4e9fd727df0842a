import { afterAll, describe, expect, it } from 'vitest'
import { normals } from '../../testing/checkOp.ts'
import { buildKernels } from '../kernels/build.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { GEMM_SCRATCH } from '../kernels/gemm.ts'
import { product } from '../kernels/product.ts'
import { squaredNorm } from '../kernels/squaredNorm.ts'
import { createPool, type Pool } from './pool.ts'

/** A pool with a memory of its own, taken from the front and never given back. */
function openPool(threads: number): { pool: Pool; memory: WebAssembly.Memory; allocate(bytes: number): number } {
  const shared = threads > 1
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, ...(shared ? { shared } : {}) })
  const module = new WebAssembly.Module(buildKernels({ shared, relaxed: false }))
  let top = 64
  const allocate = (bytes: number): number => {
    const at = top
    top += Math.ceil(bytes / 64) * 64
    return at
  }
  return { memory, allocate, pool: createPool({ module, memory, threads, allocate, free: () => {} }) }
}

describe.each([1, 2, 5])('a pool of %i threads', threads => {
  const { pool, memory, allocate } = openPool(threads)
  afterAll(() => pool.close())

  it('does every task of every job', async () => {
    const tasks = 7
    const count = (tasks - 1) * CHUNK + 3
    const [x, sums] = [allocate(4 * count), allocate(8 * tasks)]
    const values = new Float32Array(memory.buffer, x, count)
    const found = new Float64Array(memory.buffer, sums, tasks)
    for (let round = 0; round < 200; round++) {
      // The helpers are sometimes awake, sometimes asleep.
      if (round % 20 === 0) await new Promise(resolve => setTimeout(resolve, 2))
      values.fill(round)
      found.fill(-1)
      pool.run(squaredNorm, { x, sums, count }, tasks)
      const chunk = round * round
      expect([...found]).toEqual([...Array<number>(tasks - 1).fill(chunk * CHUNK), chunk * 3])
    }
  })

  it('reports a task that fails, and goes on', () => {
    const sums = allocate(64 * 8)
    // Beyond the end of the memory.
    const x = memory.buffer.byteLength - 4
    for (let round = 0; round < 20; round++) {
      expect(() => pool.run(squaredNorm, { x, sums, count: 64 * CHUNK }, 64)).toThrow()
      pool.run(squaredNorm, { x, sums, count: 1 }, 1)
    }
    pool.run(squaredNorm, { x: allocate(8 * CHUNK), sums, count: 2 * CHUNK }, 2)
  })

  it('gives the bits of one thread', () => {
    const [m, n, k] = [70, 90, 130]
    const reference = openPool(1)
    const multiply = (to: typeof reference, tileM: number, tileN: number): Float32Array => {
      const [a, b, c, bias] = [m * k, k * n, m * n, n].map(size => to.allocate(4 * size)) as [
        number,
        number,
        number,
        number,
      ]
      new Float32Array(to.memory.buffer, a, m * k).set(normals(m * k, 1, 'a'))
      new Float32Array(to.memory.buffer, b, k * n).set(normals(k * n, 1, 'b'))
      new Float32Array(to.memory.buffer, bias, n).set(normals(n, 1, 'bias'))
      const shape = { m, n, k, aRow: 4 * k, aCol: 4, bRow: 4 * n, bCol: 4, cRow: 4 * n, accumulate: 0, activated: 0 }
      const tasks = Math.ceil(m / tileM) * Math.ceil(n / tileN)
      to.pool.run(product, { ...shape, a, b, c, bias, tileM, tileN }, tasks, GEMM_SCRATCH)
      return new Float32Array(to.memory.buffer, c, m * n).slice()
    }
    expect(multiply({ pool, memory, allocate }, 20, 16)).toEqual(multiply(reference, m, n))
  })
})
