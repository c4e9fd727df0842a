import { type Code, f32x4, i32, v128, type WasmModule, when } from '@sluice/wasm'
import { addJob, type Job } from './job.ts'
import { forLanes } from './lanes.ts'

/** Columns of a task: two cache lines of each row. */
export const SUM_COLUMNS = 32

/** out[width] = the sums over the rows of x[rows, width], added to what is there. */
export const columnSums = {
  name: 'columnSums',
  fields: { x: 'i32', out: 'i32', rows: 'i32', width: 'i32' },
} as const satisfies Job

export function addColumnSums(module: WasmModule): void {
  addJob(module, columnSums, ({ x, out, rows, width }, task, _, body) => {
    const columns = body.local('i32')
    const sums = Array.from({ length: SUM_COLUMNS / 4 }, () => body.local('v128'))
    const eachRow = (add: Code) => body.range(0, rows, 1, () => [add, x.set(i32.add(x, i32.shl(width, 2)))])
    const first = i32.mul(task, SUM_COLUMNS)
    return [
      columns.set(i32.min(i32.const(SUM_COLUMNS), i32.sub(width, first))),
      x.set(i32.add(x, i32.shl(first, 2))),
      out.set(i32.add(out, i32.shl(first, 2))),
      when(
        i32.eq(columns, SUM_COLUMNS),
        [
          sums.map((sum, v) => sum.set(v128.load(out, 16 * v))),
          eachRow(sums.map((sum, v) => sum.set(f32x4.add(sum, v128.load(x, 16 * v))))),
          sums.map((sum, v) => v128.store(out, sum, 16 * v)),
        ],
        eachRow(
          forLanes(body, columns, (lanes, j) =>
            lanes.store(i32.add(out, j), f32x4.add(lanes.load(i32.add(out, j)), lanes.load(i32.add(x, j)))),
          ),
        ),
      ),
    ]
  })
}
