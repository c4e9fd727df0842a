import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { expectRank, expectShape } from './shapes.ts'

/**
 * Root mean square normalisation over the last dimension (Zhang and Sennrich 2019).
 *
 * @param x [N, C]
 * @param gamma [C]
 * @param epsilon added to the mean of the squares
 * @returns [N, C]
 */
export function rmsNorm(x: tf.Tensor2D, gamma: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  expectRank('rmsNorm', 'x', x, 2)
  expectShape('rmsNorm', 'gamma', gamma, [x.shape[1]])
  return differentiable({
    inputs: [x, gamma],
    forward: keep => {
      const { value, saved } = kernel('rmsNorm').forward({ x, gamma, epsilon, keep })
      return { value, saved: keep ? [x, gamma, ...saved] : [] }
    },
    backward: (dy, [x, gamma, ...saved]) => {
      const { dx, dgamma } = kernel('rmsNorm').backward({
        dy: dy as tf.Tensor2D,
        x: x as tf.Tensor2D,
        gamma: gamma as tf.Tensor1D,
        saved,
      })
      return [dx, dgamma]
    },
  })
}
