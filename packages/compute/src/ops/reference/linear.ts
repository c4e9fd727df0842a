import { tf } from '../../tf.ts'
import type { LinearKernel } from '../kernels.ts'
import { gelu } from './gelu.ts'

export const linear: LinearKernel = {
  forward({ x, w, b, activation, keep }) {
    const product = tf.matMul(x, w)
    const z = b ? tf.add(product, b) : product
    return activation ? { value: gelu.forward({ x: z }), saved: keep ? [z] : [] } : { value: z, saved: [] }
  },
  backward({ dy, x, w, saved, bias, activation }) {
    const dz = (activation ? gelu.backward({ dy, x: saved[0]! }) : dy) as tf.Tensor2D
    return {
      dx: tf.matMul(dz, w, false, true),
      dw: tf.matMul(x, dz, true, false),
      db: bias ? tf.sum(dz, 0) : null,
    }
  },
}
