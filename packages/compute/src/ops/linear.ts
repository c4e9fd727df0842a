import { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { geluOfNormal } from './gelu.ts'
import type { Activation } from './kernels.ts'
import { expectRank, expectShape } from './shapes.ts'

/**
 * x · w + b, then the activation, then the sum with a residual stream.
 *
 * @param x [N, I]
 * @param w [I, O]: GPT-2's Conv1D layout, no transpose
 * @param b [O], or null
 * @param options.activation 'gelu_new' is the tanh form of GELU that GPT-2 uses, 'gelu' the exact one of BERT; default none
 * @param options.residual [N, O], added last; what tf.add(residual, …) gives, in one pass where the backend can. Default none
 * @returns [N, O]
 */
export function linear(
  x: tf.Tensor2D,
  w: tf.Tensor2D,
  b: tf.Tensor1D | null,
  options: { activation?: Activation; residual?: tf.Tensor2D } = {},
): tf.Tensor2D {
  const activation = options.activation ?? null
  const residual = options.residual ?? null
  expectRank('linear', 'x', x, 2)
  expectShape('linear', 'w', w, [x.shape[1], w.shape[1] ?? -1])
  if (b) expectShape('linear', 'b', b, [w.shape[1]])
  if (residual) expectShape('linear', 'residual', residual, [x.shape[0], w.shape[1]])
  const { activations = ['gelu_new'] } = kernel('linear')
  if (activation === 'gelu' && !activations.includes(activation)) {
    return tf.tidy(() => {
      const y = geluOfNormal(linear(x, w, b))
      return residual ? tf.add(residual, y) : y
    })
  }
  return differentiable({
    inputs: [x, w, b, residual].filter(input => input !== null),
    forward: keep => {
      const { forward, addsResidual } = kernel('linear')
      const fused = addsResidual ? residual : null
      const { value, saved } = forward({ x, w, b, activation, residual: fused, keep })
      const y = residual && !fused ? tf.add(residual, value) : value
      return { value: y, saved: keep ? [x, w, ...saved] : [] }
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
      return [dx, dw, db, residual && dy].filter(gradient => gradient !== null)
    },
  })
}
