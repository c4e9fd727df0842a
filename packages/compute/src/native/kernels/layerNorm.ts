import type { LayerNormKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'
import { normGradients } from './normGradients.ts'

/** `saved` is the reference's: mean and 1 / deviation of each row. */
export function layerNormKernel(backend: NativeBackend): LayerNormKernel {
  const { addon, profile } = backend
  return {
    forward({ x, gamma, beta, epsilon, keep }) {
      const [rows, width] = x.shape
      const y = backend.reals(rows * width)
      const mean = keep ? backend.floats(rows) : null
      const rstd = keep ? backend.floats(rows) : null
      const values = backend.realsOf(x)
      profile.run('layerNorm', 0, values.byteLength + y.byteLength, () =>
        addon.layerNormForward(
          values,
          backend.floatsOf(gamma),
          backend.floatsOf(beta),
          y,
          mean,
          rstd,
          rows,
          width,
          epsilon,
        ),
      )
      const saved = mean && rstd ? [backend.tensor([rows], mean), backend.tensor([rows], rstd)] : []
      return { value: backend.tensor([rows, width], y), saved }
    },
    backward({ dy, x, gamma, saved }) {
      const [rows, width] = x.shape
      const [gradient, values, weight] = [backend.realsOf(dy), backend.realsOf(x), backend.floatsOf(gamma)]
      const [mean, rstd] = [backend.floatsOf(saved[0]!), backend.floatsOf(saved[1]!)]
      const { dx, dweights } = normGradients(backend, {
        name: 'layerNorm backward',
        rows,
        width,
        weights: 2,
        reads: [gradient, values, weight, mean, rstd],
        run(dx, [dgamma, dbeta], onto) {
          addon.layerNormBackward(gradient, values, weight, mean, rstd, dx, dgamma!, dbeta!, rows, width, onto)
        },
      })
      return { dx, dgamma: dweights[0]!, dbeta: dweights[1]! }
    },
  }
}
