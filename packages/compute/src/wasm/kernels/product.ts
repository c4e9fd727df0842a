import { type Callable, type Code, f32x4, i32, type Local, type WasmModule, when } from '@sluice/wasm'
import { geluOf } from './gelu.ts'
import { addJob, type Job } from './job.ts'
import { forLanes } from './lanes.ts'
import type { Madd } from './microKernel.ts'

/**
 * C[m,n] = A · B (or C += A · B), strides as for `gemm`, in tiles of tileM by tileN. Then, while the tile is in the cache:
 * `bias` (unless 0) is added to its rows, and `activated` (unless 0), laid out as C, becomes gelu(C).
 */
export const product = {
  name: 'product',
  fields: {
    m: 'i32',
    n: 'i32',
    k: 'i32',
    a: 'i32',
    aRow: 'i32',
    aCol: 'i32',
    b: 'i32',
    bRow: 'i32',
    bCol: 'i32',
    c: 'i32',
    cRow: 'i32',
    accumulate: 'i32',
    bias: 'i32',
    activated: 'i32',
    tileM: 'i32',
    tileN: 'i32',
  },
} as const satisfies Job

export function addProduct(module: WasmModule, madd: Madd, gemm: Callable): void {
  addJob(module, product, (f, task, scratch, body) => {
    const [row, column, rows, columns, at] = [0, 1, 2, 3, 4].map(() => body.local('i32')) as [L, L, L, L, L]
    const across = body.local('i32')
    const [value, result] = [body.local('v128'), body.local('v128')]
    const eachRow = (write: (j: typeof at) => Code): Code => [
      at.set(i32.add(f.c, i32.add(i32.mul(row, f.cRow), i32.shl(column, 2)))),
      body.range(0, rows, 1, () => [write(at), at.set(i32.add(at, f.cRow))]),
    ]
    return [
      across.set(i32.divU(i32.add(f.n, i32.sub(f.tileN, 1)), f.tileN)),
      row.set(i32.mul(i32.divU(task, across), f.tileM)),
      column.set(i32.mul(i32.remU(task, across), f.tileN)),
      rows.set(i32.min(f.tileM, i32.sub(f.m, row))),
      columns.set(i32.min(f.tileN, i32.sub(f.n, column))),
      gemm(
        rows,
        columns,
        f.k,
        i32.add(f.a, i32.mul(row, f.aRow)),
        f.aRow,
        f.aCol,
        i32.add(f.b, i32.mul(column, f.bCol)),
        f.bRow,
        f.bCol,
        i32.add(f.c, i32.add(i32.mul(row, f.cRow), i32.shl(column, 2))),
        f.cRow,
        f.accumulate,
        scratch,
      ),
      when(f.bias, [
        f.bias.set(i32.add(f.bias, i32.shl(column, 2))),
        eachRow(c =>
          forLanes(body, columns, (lanes, j) =>
            lanes.store(i32.add(c, j), f32x4.add(lanes.load(i32.add(c, j)), lanes.load(i32.add(f.bias, j)))),
          ),
        ),
      ]),
      when(
        f.activated,
        eachRow(c =>
          forLanes(body, columns, (lanes, j) => [
            value.set(lanes.load(i32.add(c, j))),
            geluOf(body, madd, value, result),
            lanes.store(i32.add(i32.add(f.activated, i32.sub(c, f.c)), j), result),
          ]),
        ),
      ),
    ]
  })
}

type L = Local<'i32'>
