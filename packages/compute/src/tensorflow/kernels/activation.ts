import type { Activation } from '../../ops/kernels.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { Value } from '../program/types.ts'

/** √(2/π) */
const SCALE = Math.sqrt(2 / Math.PI)
const CUBE = 0.044715

/** Of half the operand: a factor that a product before it takes at no cost. */
export interface Activated {
  readonly y: Value
  /** Twice the slope. */
  slope(): Value
}

/** @param half z/2 for the activation's operand z */
export function activate(p: Builder, half: Value, activation: Activation): Activated {
  return activation === 'gelu' ? gelu(p, half) : geluNew(p, half)
}

/** z/2 · (1 + tanh u), u = √(2/π) (z + 0.044715 z³): as few passes as there can be. */
function geluNew(p: Builder, half: Value): Activated {
  const inner = o.add(p, o.mul(p, o.square(p, half), 8 * SCALE * CUBE), 2 * SCALE)
  const u = o.mul(p, half, inner)
  const t = o.tanh(p, u)
  const above = o.add(p, t, 1)
  return {
    y: o.mul(p, half, above),
    slope() {
      // 1 + t + (1 - t²) z u', where z u' = 3u - 2√(2/π) z.
      const curve = o.tanhGrad(p, t, o.sub(p, u, o.mul(p, half, (4 * SCALE) / 3)))
      return o.addN(p, [above, curve, curve, curve])
    },
  }
}

/** z/2 · (1 + erf(z/√2)). */
function gelu(p: Builder, half: Value): Activated {
  const above = o.add(p, o.erf(p, o.mul(p, half, Math.SQRT2)), 1)
  return {
    y: o.mul(p, half, above),
    slope() {
      // 2 z φ(z), φ the density of the normal distribution.
      const density = o.exp(p, o.mul(p, o.square(p, half), -2))
      return o.add(p, above, o.mul(p, o.mul(p, half, density), 2 * SCALE))
    },
  }
}
