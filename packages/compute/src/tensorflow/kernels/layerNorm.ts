import type { LayerNormKernel } from '../../ops/kernels.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { Programs } from '../program/programs.ts'
import type { Value } from '../program/types.ts'

/** `saved`: the rows with mean 0 and variance 1, and 1 / deviation of each. */
export function layerNormKernel(programs: Programs): LayerNormKernel {
  return {
    forward({ x, gamma, beta, epsilon, keep }) {
      const [value, ...saved] = programs.run(`layerNorm ${epsilon} ${keep}`, [x, gamma, beta], (p, x, gamma, beta) => {
        const { y, normal, rstd } = normalise(p, x!, gamma!, beta!, epsilon)
        return keep ? [y, normal, rstd] : [y]
      })
      return { value: value!, saved }
    },
    backward({ dy, gamma, saved: [normal, rstd] }) {
      const operands = [dy, gamma, normal!, rstd!]
      const [dx, dgamma, dbeta] = programs.run('layerNorm backward', operands, (p, dy, gamma, normal, rstd) => {
        const width = gamma!.shape[0]!
        const along = o.mul(p, dy!, normal!)
        // The means of dy · gamma and of dy · normal · gamma, as products with a vector.
        const means = o.reshape(p, o.mul(p, gamma!, 1 / width), [width, 1])
        const [mean, slope] = [o.matMul(p, dy!, means), o.matMul(p, along, means)]
        const plain = o.sub(p, o.mul(p, dy!, gamma!), mean)
        const dx = o.mul(p, o.sub(p, plain, o.mul(p, normal!, slope)), rstd!)
        return [dx, o.columnSums(p, along), o.columnSums(p, dy!)]
      })
      return { dx: dx!, dgamma: dgamma!, dbeta: dbeta! }
    },
  }
}

/** y = normal · gamma + beta, normal = (x - mean) · rstd. */
export function normalise(p: Builder, x: Value, gamma: Value, beta: Value, epsilon: number) {
  const centred = o.sub(p, x, o.mean(p, x))
  const rstd = o.rsqrt(p, o.add(p, o.mean(p, o.square(p, centred)), epsilon))
  const normal = o.mul(p, centred, rstd)
  return { y: o.biasAdd(p, o.mul(p, normal, gamma), beta), normal, rstd }
}
