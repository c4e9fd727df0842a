import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import type { Activation } from './kernels.ts'
import { expectRank, expectShape } from './shapes.ts'

/**
 * x · w + b, then the activation.
 *
 * @param x [N, I]
 * @param w [I, O]: GPT-2's Conv1D layout, no transpose
 * @param b [O], or null
 * @param options.activation 'gelu_new' is the tanh form of GELU that GPT-2 uses; default none
 * @returns [N, O]
 */
export function linear(
  x: tf.Tensor2D,
  w: tf.Tensor2D,
  b: tf.Tensor1D | null,
  options: { activation?: Activation } = {},
): tf.Tensor2D {
  const activation = options.activation ?? null
  expectRank('linear', 'x', x, 2)
  expectShape('linear', 'w', w, [x.shape[1], w.shape[1] ?? -1])
  if (b) expectShape('linear', 'b', b, [w.shape[1]])
  return differentiable({
    inputs: b ? [x, w, b] : [x, w],
    forward: keep => {
      const { value, saved } = kernel('linear').forward({ x, w, b, activation, keep })
      return { value, saved: keep ? [x, w, ...saved] : [] }
    },
    backward: (dy, [x, w, ...saved]) => {
      const { dx, dw, db } = kernel('linear').backward({
        dy: dy as tf.Tensor2D,
        x: x as tf.Tensor2D,
        w: w as tf.Tensor2D,
        saved,
        bias: b !== null,
        activation,
      })
      return db ? [dx, dw, db] : [dx, dw]
    },
  })
}
