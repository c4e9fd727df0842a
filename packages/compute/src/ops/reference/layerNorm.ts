import { tf } from '../../tf.ts'
import type { LayerNormKernel } from '../kernels.ts'

export const layerNorm: LayerNormKernel = {
  forward({ x, gamma, beta, epsilon, keep }) {
    const mean = tf.mean(x, 1, true)
    const centred = tf.sub(x, mean)
    const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon))
    const value = tf.add(tf.mul(tf.mul(centred, rstd), gamma), beta)
    const rows = x.shape[0]
    return { value, saved: keep ? [tf.reshape(mean, [rows]), tf.reshape(rstd, [rows])] : [] }
  },
  backward({ dy, x, gamma, saved }) {
    const rows = x.shape[0]
    const rstd = tf.reshape(saved[1]!, [rows, 1])
    const normal = tf.mul(tf.sub(x, tf.reshape(saved[0]!, [rows, 1])), rstd)
    const dnormal = tf.mul(dy, gamma)
    const along = tf.mul(normal, tf.mean(tf.mul(dnormal, normal), 1, true))
    const dx = tf.mul(rstd, tf.sub(tf.sub(dnormal, tf.mean(dnormal, 1, true)), along))
    return { dx, dgamma: tf.sum(tf.mul(dy, normal), 0), dbeta: tf.sum(dy, 0) }
  },
}
