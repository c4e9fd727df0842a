import { tf } from '../../tf.ts'
import type { GeluKernel } from '../kernels.ts'

/** √(2/π) */
export const GELU_SCALE = Math.sqrt(2 / Math.PI)
export const GELU_CUBE = 0.044715

export const gelu: GeluKernel = {
  forward({ x }) {
    return tf.mul(tf.mul(x, 0.5), tf.add(tanhOf(x), 1))
  },
  backward({ dy, x }) {
    const tanh = tanhOf(x)
    const inner = tf.mul(GELU_SCALE, tf.add(tf.mul(tf.square(x), 3 * GELU_CUBE), 1))
    const curve = tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(tanh))), inner)
    return tf.mul(dy, tf.add(tf.mul(tf.add(tanh, 1), 0.5), curve))
  },
}

function tanhOf(x: tf.Tensor): tf.Tensor {
  return tf.tanh(tf.mul(GELU_SCALE, tf.mul(x, tf.add(tf.mul(tf.square(x), GELU_CUBE), 1))))
}
