import { type Code, f32, f32x4, i32, v128, type WasmModule, when } from '@sluice/wasm'
import { addJob, type Job } from './job.ts'
import { forLanes, sumOfLanes } from './lanes.ts'
import type { Madd } from './microKernel.ts'

/** Columns of a task of `vectorProduct`: eight cache lines of each row of w. */
export const PRODUCT_COLUMNS = 128
/** Rows of a task of `vectorDots`. */
export const DOT_ROWS = 64

/** Inputs taken at a time: so often less is y loaded and stored. */
const INPUTS = 8
/** Rows that share a loading of x. */
const ROWS = 4

/**
 * y[outputs] = x[inputs] · w[inputs, outputs] + b, or y += that. For one vector a product is bound by reading the weights: they
 * are read once, where they lie, not packed as for a matrix.
 */
export const vectorProduct = {
  name: 'vectorProduct',
  fields: { x: 'i32', w: 'i32', b: 'i32', y: 'i32', inputs: 'i32', outputs: 'i32', accumulate: 'i32' },
} as const satisfies Job

/** y[rows] = table[rows, width] · x[width]. */
export const vectorDots = {
  name: 'vectorDots',
  fields: { x: 'i32', table: 'i32', y: 'i32', rows: 'i32', width: 'i32' },
} as const satisfies Job

export function addVectorProducts(module: WasmModule, madd: Madd): void {
  addJob(module, vectorProduct, ({ x, w, b, y, inputs, outputs, accumulate }, task, _, body) => {
    const [columns, rowBytes, whole] = [body.local('i32'), body.local('i32'), body.local('i32')]
    const sum = body.local('v128')
    const values = Array.from({ length: INPUTS }, () => body.local('v128'))
    const rows = Array.from({ length: INPUTS }, () => body.local('i32'))
    const first = i32.shl(i32.mul(task, PRODUCT_COLUMNS), 2)
    /** Adds `count` inputs' rows of w and goes on behind them. */
    const add = (count: number): Code => [
      values.slice(0, count).map((value, i) => value.set(v128.load32Splat(x, 4 * i))),
      rows.slice(0, count).map((row, i) => row.set(i === 0 ? w : i32.add(rows[i - 1]!, rowBytes))),
      forLanes(body, columns, (lanes, j) => [
        sum.set(lanes.load(i32.add(y, j))),
        rows.slice(0, count).map((row, i) => sum.set(madd(values[i]!, lanes.load(i32.add(row, j)), sum))),
        lanes.store(i32.add(y, j), sum),
      ]),
      w.set(i32.add(rows[count - 1]!, rowBytes)),
      x.set(i32.add(x, 4 * count)),
    ]
    return [
      columns.set(i32.min(i32.const(PRODUCT_COLUMNS), i32.sub(outputs, i32.mul(task, PRODUCT_COLUMNS)))),
      rowBytes.set(i32.shl(outputs, 2)),
      [w, b, y].map(array => array.set(i32.add(array, first))),
      forLanes(body, columns, (lanes, j) => {
        const bias = lanes.load(i32.add(b, j))
        const at = i32.add(y, j)
        return when(accumulate, lanes.store(at, f32x4.add(lanes.load(at), bias)), lanes.store(at, bias))
      }),
      whole.set(i32.shrU(inputs, 3)),
      body.range(0, whole, 1, () => add(INPUTS)),
      body.range(i32.shl(whole, 3), inputs, 1, () => add(1)),
    ]
  })

  addJob(module, vectorDots, ({ x, table, y, rows, width }, task, _, body) => {
    const [from, to, rowBytes] = [body.local('i32'), body.local('i32'), body.local('i32')]
    const value = body.local('v128')
    const sums = Array.from({ length: ROWS }, () => body.local('v128'))
    const starts = Array.from({ length: ROWS }, () => body.local('i32'))
    const dots = (count: number): Code => [
      starts.slice(0, count).map((start, i) => start.set(i === 0 ? table : i32.add(starts[i - 1]!, rowBytes))),
      sums.slice(0, count).map(sum => sum.set(f32x4.const(0))),
      forLanes(body, width, (lanes, j) => [
        value.set(lanes.load(i32.add(x, j))),
        sums.slice(0, count).map((sum, i) => sum.set(madd(value, lanes.load(i32.add(starts[i]!, j)), sum))),
      ]),
      sums.slice(0, count).map((sum, i) => f32.store(i32.add(y, 4 * i), sumOfLanes(sum))),
      table.set(i32.add(starts[count - 1]!, rowBytes)),
      y.set(i32.add(y, 4 * count)),
    ]
    return [
      rowBytes.set(i32.shl(width, 2)),
      from.set(i32.mul(task, DOT_ROWS)),
      to.set(i32.min(rows, i32.add(from, DOT_ROWS))),
      table.set(i32.add(table, i32.mul(from, rowBytes))),
      y.set(i32.add(y, i32.shl(from, 2))),
      body.range(0, i32.shrU(i32.sub(to, from), 2), 1, () => dots(ROWS)),
      body.range(0, i32.and(i32.sub(to, from), ROWS - 1), 1, () => dots(1)),
    ]
  })
}
