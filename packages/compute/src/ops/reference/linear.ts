import { tf } from '../../tf.ts'
import type { LinearKernel } from '../kernels.ts'
import { exactGelu, gelu } from './gelu.ts'
import { matMulTransposedA, matMulTransposedB } from './matMul.ts'

const activations = { gelu_new: gelu, gelu: exactGelu }

export const linear: LinearKernel = {
  activations: ['gelu_new', 'gelu'],
  forward({ x, w, b, activation, keep }) {
    const product = tf.matMul(x, w)
    const z = b ? tf.add(product, b) : product
    if (!activation) return { value: z, saved: [] }
    return { value: activations[activation].forward({ x: z }), saved: keep ? [z] : [] }
  },
  backward({ dy, x, w, saved, bias, activation }) {
    const dz = (activation ? activations[activation].backward({ dy, x: saved[0]! }) : dy) as tf.Tensor2D
    return {
      dx: matMulTransposedB(dz, w),
      dw: matMulTransposedA(x, dz),
      db: bias ? tf.sum(dz, 0) : null,
    }
  },
}
