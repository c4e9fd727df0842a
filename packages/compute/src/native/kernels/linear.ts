import type { LinearKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'

/**
 * `saved` is the slope of the activation where there is one. The value is kept as products read it (bfloat16 with bf16): what
 * reads it next is a product, or a sum that adds it to the float32 residual stream.
 */
export function linearKernel(backend: NativeBackend): LinearKernel {
  const { addon, profile } = backend
  return {
    addsResidual: true,
    activations: ['gelu_new', 'gelu'],
    forward({ x, w, b, activation, residual, keep }) {
      const [rows, inner] = x.shape
      const outer = w.shape[1]
      // The residual stream stays in float32.
      const y = residual ? backend.floats(rows * outer) : backend.reals(rows * outer)
      const slope = activation && keep ? backend.reals(rows * outer) : null
      const values = backend.realsOf(x)
      const weights = backend.floatsOf(w)
      profile.run(
        `linear ${inner}x${outer}${activation ? ' gelu' : ''}${residual ? ' residual' : ''}`,
        2 * rows * inner * outer,
        values.byteLength + weights.byteLength + (residual ? 2 : 1) * y.byteLength + (slope?.byteLength ?? 0),
        () =>
          addon.linearForward(
            backend.bf16,
            values,
            weights,
            b && backend.floatsOf(b),
            residual ? backend.floatsOf(residual) : null,
            y,
            slope,
            rows,
            inner,
            outer,
            activation !== null,
            activation === 'gelu',
          ),
      )
      const saved = slope ? [backend.tensor([rows, outer], slope)] : []
      return { value: backend.tensor([rows, outer], y), saved }
    },
    backward({ dy, x, w, saved: [slope], bias }) {
      const [rows, inner] = x.shape
      const outer = w.shape[1]
      const dx = backend.reals(rows * inner)
      const dw = backend.floats(inner * outer)
      const db = bias ? backend.floats(outer) : null
      const gradient = backend.realsOf(dy)
      const values = backend.realsOf(x)
      profile.run(
        `linear ${inner}x${outer}${slope ? ' gelu' : ''} backward`,
        4 * rows * inner * outer,
        gradient.byteLength + values.byteLength + dx.byteLength + 2 * dw.byteLength,
        () =>
          addon.linearBackward(
            backend.bf16,
            gradient,
            slope ? backend.multipliedOf(slope) : null,
            values,
            backend.floatsOf(w),
            dx,
            dw,
            db,
            rows,
            inner,
            outer,
          ),
      )
      return {
        dx: backend.tensor([rows, inner], dx),
        dw: backend.tensor([inner, outer], dw),
        db: db && backend.tensor([outer], db),
      }
    },
  }
}
