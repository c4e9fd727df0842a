import { tf } from '../../tf.ts'
import type { AdamWKernel } from '../kernels.ts'

export const adamW: AdamWKernel = a => {
  const correction1 = 1 - a.beta1 ** a.step
  const correction2 = Math.sqrt(1 - a.beta2 ** a.step)
  a.params.forEach((param, i) => {
    const [m, v] = [a.m[i]!, a.v[i]!]
    tf.tidy(() => {
      const g = tf.mul(a.grads[i]!, a.gradScale)
      m.assign(tf.add(tf.mul(m, a.beta1), tf.mul(g, 1 - a.beta1)))
      v.assign(tf.add(tf.mul(v, a.beta2), tf.mul(tf.square(g), 1 - a.beta2)))
      const direction = tf.div(m, tf.add(tf.div(tf.sqrt(v), correction2), a.epsilon))
      const decayed = tf.mul(param, 1 - a.learningRate * a.weightDecay[i]!)
      param.assign(tf.sub(decayed, tf.mul(direction, a.learningRate / correction1)))
    })
  })
}
