import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { expectIds, expectRank, expectShape, ShapeError } from './shapes.ts'

/**
 * Mean cross-entropy of a softmax over hidden · tableᵀ, in nats. The output projection is part of the operation, so that the
 * logits exist for a block of rows at a time only; the targets are never one-hot.
 *
 * @param hidden [N, C]
 * @param table [V, C], a tied embedding or a head of its own
 * @param targets N ids, each in [0, V)
 * @param options.weights N factors; the mean is over their sum. Default all 1. If they sum to 0, so does the loss
 * @param options.losses N numbers that are set to each row's own loss in nats, whatever it weighs
 */
export function crossEntropy(
  hidden: tf.Tensor2D,
  table: tf.Tensor2D,
  targets: Int32Array,
  options: { weights?: Float32Array; losses?: Float32Array | undefined } = {},
): tf.Scalar {
  expectRank('crossEntropy', 'hidden', hidden, 2)
  expectShape('crossEntropy', 'table', table, [table.shape[0], hidden.shape[1]])
  expectIds('crossEntropy', 'targets', targets, table.shape[0])
  const { weights = null, losses = null } = options
  for (const [name, given] of [
    ['targets', targets],
    ['weights', weights],
    ['losses', losses],
  ] as const) {
    if (given && given.length !== hidden.shape[0]) {
      throw new ShapeError(`crossEntropy: ${name} must be ${hidden.shape[0]} values, one a row, not ${given.length}`)
    }
  }
  return differentiable({
    inputs: [hidden, table],
    forward: keep => kernel('crossEntropy').forward({ hidden, table, targets, weights, keep, losses }),
    backward: (dy, saved) => {
      const { dhidden, dtable } = kernel('crossEntropy').backward({ dy: dy as tf.Scalar, saved })
      return [dhidden, dtable]
    },
  })
}
