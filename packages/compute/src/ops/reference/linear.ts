import { tf } from '../../tf.ts'
import type { LinearKernel } from '../kernels.ts'
import { gelu } from './gelu.ts'
import { matMulTransposedA, matMulTransposedB } from './matMul.ts'

export const linear: LinearKernel = {
  forward({ x, w, b, activation, keep }) {
    const product = tf.matMul(x, w)
    const z = b ? tf.add(product, b) : product
    return activation ? { value: gelu.forward({ x: z }), saved: keep ? [z] : [] } : { value: z, saved: [] }
  },
  backward({ dy, x, w, saved, bias, activation }) {
    const dz = (activation ? gelu.backward({ dy, x: saved[0]! }) : dy) as tf.Tensor2D
    return {
      dx: matMulTransposedB(dz, w),
      dw: matMulTransposedA(x, dz),
      db: bias ? tf.sum(dz, 0) : null,
    }
  },
}
