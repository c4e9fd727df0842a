import { i32, i32x4, type Local, v128, type WasmModule } from '@sluice/wasm'

/** Functions that are worked out at a time: four vectors, with which a loop has all that it needs in registers. */
export const functionsAtOnce = 16

const vectors = [0, 16, 32, 48] as const

/**
 * Adds `minima(functions, from, to)`: of each function x -> x * factor + summand (32 bits) the smallest value, as a signed number, over
 * the integers that lie from `from` to `to`. The factors lie from 0 on, then the summands, then the minima that are found;
 * `functions` is the bytes of each of these, a multiple of 64.
 */
export function addMinima(module: WasmModule): void {
  module.func('minima', ['i32', 'i32', 'i32'], ([functions, from, to], body) => {
    const held = (): Local<'v128'>[] => vectors.map(() => body.local('v128'))
    const [factors, summands, minima] = [held(), held(), held()]
    const x = body.local('v128')
    return body.range(0, functions, 4 * functionsAtOnce, at => [
      vectors.map((offset, i) => [
        factors[i]!.set(v128.load(at, offset)),
        summands[i]!.set(v128.load(i32.add(at, functions), offset)),
        minima[i]!.set(i32x4.const(0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff)),
      ]),
      body.range(from, to, 4, place => [
        x.set(v128.load32Splat(place)),
        minima.map((minimum, i) =>
          minimum.set(i32x4.minS(minimum, i32x4.add(i32x4.mul(x, factors[i]!), summands[i]!))),
        ),
      ]),
      vectors.map((offset, i) => v128.store(i32.add(at, i32.shl(functions, 1)), minima[i]!, offset)),
    ])
  })
}
