import { type Body, type Code, f32x4, i32x4, type Local } from '@sluice/wasm'
import type { Madd } from './microKernel.ts'

/** ln 2 as a sum of which the first part is exact in few bits, so that n * LN2_HIGH has no rounding error. */
const LN2_HIGH = 0.693359375
const LN2_LOW = -2.1219444005469057e-4

/** The polynomial of Cephes' expf (Moshier 1992): (exp(r) - 1 - r) / r² on |r| <= ln(2) / 2, highest power first. */
const POLYNOMIAL = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]

/**
 * x = exp(x), each lane, to about 2 units in the last place. Arguments are held between -87.3 and 88.3, so that the
 * result is neither subnormal nor infinite; what is not a number stays so.
 */
export function exponential(body: Body, madd: Madd, x: Local<'v128'>): Code {
  const [power, sum] = [body.local('v128'), body.local('v128')]
  const scale = i32x4.shl(i32x4.add(i32x4.truncate(power), i32x4.const(127, 127, 127, 127)), 23)
  return [
    x.set(f32x4.pmax(f32x4.pmin(x, f32x4.const(88.3)), f32x4.const(-87.3))),
    power.set(f32x4.nearest(f32x4.mul(x, f32x4.const(Math.LOG2E)))),
    x.set(madd(power, f32x4.const(-LN2_HIGH), x)),
    x.set(madd(power, f32x4.const(-LN2_LOW), x)),
    sum.set(f32x4.const(POLYNOMIAL[0]!)),
    POLYNOMIAL.slice(1).map(term => sum.set(madd(sum, x, f32x4.const(term)))),
    sum.set(f32x4.add(madd(f32x4.mul(x, x), sum, x), f32x4.const(1))),
    x.set(f32x4.mul(sum, scale)),
  ]
}
