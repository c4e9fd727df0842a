import type { LayerNormKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'

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
    backward({ dy, x, gamma, saved: [mean, rstd] }) {
      const [rows, width] = x.shape
      const dx = backend.floats(rows * width)
      const dgamma = backend.floats(width)
      const dbeta = backend.floats(width)
      const gradient = backend.realsOf(dy)
      const values = backend.realsOf(x)
      profile.run('layerNorm backward', 0, gradient.byteLength + values.byteLength + dx.byteLength, () =>
        addon.layerNormBackward(
          gradient,
          values,
          backend.floatsOf(gamma),
          backend.floatsOf(mean!),
          backend.floatsOf(rstd!),
          dx,
          dgamma,
          dbeta,
          rows,
          width,
        ),
      )
      return {
        dx: backend.tensor([rows, width], dx),
        dgamma: backend.tensor([width], dgamma),
        dbeta: backend.tensor([width], dbeta),
      }
    },
  }
}
