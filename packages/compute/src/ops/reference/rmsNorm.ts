import { tf } from '../../tf.ts'
import type { RmsNormKernel } from '../kernels.ts'

export const rmsNorm: RmsNormKernel = {
  forward({ x, gamma, epsilon, keep }) {
    const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon))
    return { value: tf.mul(tf.mul(x, rstd), gamma), saved: keep ? [tf.reshape(rstd, [x.shape[0]])] : [] }
  },
  backward({ dy, x, gamma, saved }) {
    const rstd = tf.reshape(saved[0]!, [x.shape[0], 1])
    const normal = tf.mul(x, rstd)
    const dnormal = tf.mul(dy, gamma)
    const along = tf.mul(normal, tf.mean(tf.mul(dnormal, normal), 1, true))
    return { dx: tf.mul(rstd, tf.sub(dnormal, along)), dgamma: tf.sum(tf.mul(dy, normal), 0) }
  },
}
