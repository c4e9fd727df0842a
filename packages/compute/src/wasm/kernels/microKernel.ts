import { type Callable, type Code, f32x4, i32, type V128, v128, type WasmModule, when } from '@sluice/wasm'

/** Columns of C that the inner kernel computes at a time: two vectors. */
export const NR = 8
const VECTORS = NR / 4
/** Steps of k written out one after the other. */
const UNROLL = 4

/** a * b + c. */
export type Madd = (a: V128, b: V128, c: V128) => V128

/**
 * Adds micro(k, a, aRow, b, c, cRow, add): `rows` rows by 8 columns of C, held in registers over all of k. B is packed, 8
 * values a step. A's rows are aRow bytes apart, or, packed in groups of `group`, side by side.
 */
export function addMicroKernel(module: WasmModule, madd: Madd, rows: number, group: number | undefined): Callable {
  return module.func(
    `micro${rows}${group === undefined ? '' : 'packed'}`,
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([k, a, aRow, b, c, cRow, add], body) => {
      const each = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
      const sums = each(rows, () => each(VECTORS, () => body.local('v128')))
      const columns = each(VECTORS, () => body.local('v128'))
      const value = body.local('v128')
      // Packed, all rows are found from the first one's address.
      const starts = each(group === undefined ? rows : 1, () => body.local('i32'))
      const element = (row: number, step: number): V128 =>
        group === undefined
          ? v128.load32Splat(starts[row]!, 4 * step)
          : v128.load32Splat(starts[0]!, 4 * (step * group + row))

      const step = (index: number): Code => [
        columns.map((column, v) => column.set(v128.load(b, 4 * NR * index + 16 * v))),
        sums.map((row, i) => [
          value.set(element(i, index)),
          row.map((sum, v) => sum.set(madd(value, columns[v]!, sum))),
        ]),
      ]
      const steps = (count: number): Code => [
        each(count, step),
        starts.map(start => start.set(i32.add(start, 4 * count * (group ?? 1)))),
        b.set(i32.add(b, 4 * NR * count)),
      ]
      const store = (adding: boolean): Code =>
        sums.map(row => [
          row.map((sum, v) => v128.store(c, adding ? f32x4.add(v128.load(c, 16 * v), sum) : sum, 16 * v)),
          c.set(i32.add(c, cRow)),
        ])
      return [
        starts.map((start, i) => start.set(i === 0 ? a : i32.add(starts[i - 1]!, aRow))),
        body.range(0, i32.shrU(k, 2), 1, () => steps(UNROLL)),
        body.range(0, i32.and(k, UNROLL - 1), 1, () => steps(1)),
        when(add, store(true), store(false)),
      ]
    },
  )
}
