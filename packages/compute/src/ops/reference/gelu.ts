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

/**
 * GELU as it is defined, x times the probability that a normal variable is below x. The tail by formula 7.1.26 of Abramowitz
 * and Stegun (absolute error under 1e-7), of operations that every backend has.
 */
export const exactGelu: GeluKernel = {
  forward({ x }) {
    const { size, tail } = tailOf(x)
    return tf.sub(tf.relu(x), tf.mul(size, tail))
  },
  backward({ dy, x }) {
    const { tail, bell } = tailOf(x)
    const below = tf.add(tail, tf.mul(tf.step(x), tf.sub(1, tf.mul(tail, 2))))
    return tf.mul(dy, tf.add(below, tf.mul(tf.mul(x, bell), 1 / Math.sqrt(2 * Math.PI))))
  },
}

/** P(X > |x|), and exp(-x^2 / 2). */
function tailOf(x: tf.Tensor) {
  const size = tf.abs(x)
  const t = tf.reciprocal(tf.add(tf.mul(size, 0.3275911 * Math.SQRT1_2), 1))
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]
  const polynomial = coefficients
    .slice(1)
    .reduce((sum, c) => tf.add(tf.mul(sum, t), c), tf.mul(t, 0).add(coefficients[0]!))
  const bell = tf.exp(tf.mul(tf.square(tf.minimum(size, 20)), -0.5))
  return { size, tail: tf.mul(tf.mul(tf.mul(polynomial, t), bell), 0.5), bell }
}
