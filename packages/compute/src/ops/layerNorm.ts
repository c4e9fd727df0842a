import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { expectRank, expectShape } from './shapes.ts'

/**
 * Layer normalisation over the last dimension (Ba, Kiros, Hinton 2016), variance biased.
 *
 * @param x [N, C]
 * @param gamma [C]
 * @param beta [C]
 * @param epsilon added to the variance
 * @returns [N, C]
 */
export function layerNorm(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  expectRank('layerNorm', 'x', x, 2)
  expectShape('layerNorm', 'gamma', gamma, [x.shape[1]])
  expectShape('layerNorm', 'beta', beta, [x.shape[1]])
  return differentiable({
    inputs: [x, gamma, beta],
    forward: keep => {
      const { value, saved } = kernel('layerNorm').forward({ x, gamma, beta, epsilon, keep })
      return { value, saved: keep ? [x, gamma, ...saved] : [] }
    },
    backward: (dy, [x, gamma, ...saved]) => {
      const { dx, dgamma, dbeta } = kernel('layerNorm').backward({
        dy: dy as tf.Tensor2D,
        x: x as tf.Tensor2D,
        gamma: gamma as tf.Tensor1D,
        saved,
      })
      return [dx, dgamma, dbeta]
    },
  })
}
