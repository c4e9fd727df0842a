import { type Callable, f32, f32x4, i32, v128, type WasmModule } from '@sluice/wasm'
import { exponential } from './exp.ts'
import { forLanes, maxOfLanes, sumOfLanes } from './lanes.ts'
import type { Madd } from './microKernel.ts'

/** Bytes that a softmax notes of a row: its maximum m and the sum s of exp(x - m). (WebAssembly has no logarithm.) */
export const STATS_BYTES = 8

/**
 * Adds softmaxRow(row, count, scale, stats): row = softmax(row * scale) over `count` > 0 elements, in place; the row's
 * statistics are stored at `stats`.
 */
export function addSoftmaxRow(module: WasmModule, madd: Madd): Callable {
  return module.func('softmaxRow', ['i32', 'i32', 'f32', 'i32'], ([row, count, scale, stats], body) => {
    const [value, gathered] = [body.local('v128'), body.local('v128')]
    const [top, sum] = [body.local('f32'), body.local('f32')]
    const whole = i32.shl(i32.shrU(count, 2), 4)
    return [
      gathered.set(f32x4.splat(f32.load(row))),
      body.range(0, whole, 16, at => gathered.set(f32x4.pmax(gathered, v128.load(i32.add(row, at))))),
      top.set(maxOfLanes(gathered)),
      body.range(whole, i32.shl(count, 2), 4, at => top.set(f32.max(top, f32.load(i32.add(row, at))))),
      top.set(f32.mul(top, scale)),
      gathered.set(f32x4.const(0)),
      forLanes(body, count, (lanes, at) => [
        value.set(f32x4.sub(f32x4.mul(lanes.load(i32.add(row, at)), f32x4.splat(scale)), f32x4.splat(top))),
        exponential(body, madd, value),
        gathered.set(f32x4.add(gathered, lanes.held(value))),
        lanes.store(i32.add(row, at), value),
      ]),
      sum.set(sumOfLanes(gathered)),
      f32.store(stats, top),
      f32.store(stats, sum, 4),
      sum.set(f32.div(f32.const(1), sum)),
      forLanes(body, count, (lanes, at) =>
        lanes.store(i32.add(row, at), f32x4.mul(lanes.load(i32.add(row, at)), f32x4.splat(sum))),
      ),
    ]
  })
}

/** Adds probabilityRow(row, count, scale, stats): the same softmax again, from the statistics. */
export function addProbabilityRow(module: WasmModule, madd: Madd): Callable {
  return module.func('probabilityRow', ['i32', 'i32', 'f32', 'i32'], ([row, count, scale, stats], body) => {
    const value = body.local('v128')
    const [top, factor] = [body.local('f32'), body.local('f32')]
    return [
      top.set(f32.load(stats)),
      factor.set(f32.div(f32.const(1), f32.load(stats, 4))),
      forLanes(body, count, (lanes, at) => [
        value.set(f32x4.sub(f32x4.mul(lanes.load(i32.add(row, at)), f32x4.splat(scale)), f32x4.splat(top))),
        exponential(body, madd, value),
        lanes.store(i32.add(row, at), f32x4.mul(value, f32x4.splat(factor))),
      ]),
    ]
  })
}
