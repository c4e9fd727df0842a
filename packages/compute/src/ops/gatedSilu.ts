import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { expectRank, ShapeError } from './shapes.ts'

/**
 * The gate of SwiGLU (Shazeer 2020, "GLU Variants Improve Transformer"): silu of the first half of each row, times the second.
 *
 * @param x [N, 2F]
 * @returns [N, F]
 */
export function gatedSilu(x: tf.Tensor2D): tf.Tensor2D {
  expectRank('gatedSilu', 'x', x, 2)
  if (x.shape[1] % 2 !== 0) throw new ShapeError(`gatedSilu: the rows of x have two halves, not ${x.shape[1]} columns`)
  return differentiable({
    inputs: [x],
    forward: keep => ({ value: kernel('gatedSilu').forward({ x }), saved: keep ? [x] : [] }),
    backward: (dy, [x]) => [kernel('gatedSilu').backward({ dy: dy as tf.Tensor2D, x: x as tf.Tensor2D })],
  })
}
