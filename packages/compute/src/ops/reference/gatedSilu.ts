import { tf } from '../../tf.ts'
import type { GatedSiluKernel } from '../kernels.ts'

export const gatedSilu: GatedSiluKernel = {
  forward({ x }) {
    const [gate, up] = halves(x)
    return tf.mul(tf.mul(gate, tf.sigmoid(gate)), up)
  },
  backward({ dy, x }) {
    const [gate, up] = halves(x)
    const sigmoid = tf.sigmoid(gate)
    const silu = tf.mul(gate, sigmoid)
    // silu' = s + g s (1 - s)
    const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)))
    return tf.concat([tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)], 1)
  },
}

function halves(x: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const [rows, width] = x.shape
  return [tf.slice2d(x, [0, 0], [rows, width / 2]), tf.slice2d(x, [0, width / 2], [rows, width / 2])]
}
