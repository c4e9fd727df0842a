import { f64, f64x2, i32, v128, type WasmModule } from '@sluice/wasm'
import { chunk, chunked } from './elementwise.ts'
import { addJob } from './job.ts'

/** The sum of squares of each chunk, in double precision: element `task` of `sums`. */
export const squaredNorm = chunked('squaredNorm', { x: 'i32', sums: 'i32' })

export function addSquaredNorm(module: WasmModule): void {
  addJob(module, squaredNorm, ({ x, sums, count }, task, _, body) => {
    const [value, sum, high] = [body.local('v128'), body.local('v128'), body.local('v128')]
    return [
      sum.set(f64x2.const(0)),
      chunk(body, count, task, [x], lanes => [
        value.set(lanes.load(x)),
        high.set(f64x2.promote(v128.shuffle(value, value, HIGH_HALF))),
        value.set(f64x2.promote(value)),
        sum.set(f64x2.add(sum, f64x2.add(f64x2.mul(value, value), f64x2.mul(high, high)))),
      ]),
      f64.store(i32.add(sums, i32.shl(task, 3)), f64.add(f64x2.lane(sum, 0), f64x2.lane(sum, 1))),
    ]
  })
}

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]
