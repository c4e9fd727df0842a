import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import type { AttentionShape } from './kernels.ts'
import type { Dropout } from './random.ts'
import { referenceKernels } from './reference/kernels.ts'
import { sequenceStarts } from './sequences.ts'
import { expectShape, ShapeError } from './shapes.ts'

export interface AttentionOptions {
  readonly batch: number
  readonly time: number
  /** Must divide C. */
  readonly heads: number
  /** Whether position i sees only positions j <= i. */
  readonly causal: boolean
  /** Dropout of the probabilities; element ((b * heads + h) * time + i) * time + j. Default none. */
  readonly dropout?: Dropout
  /**
   * [batch * time]: positions see those of the same run of equal numbers only. Tells documents packed into one row apart, and
   * padding from text. Default: all positions of a row belong together.
   */
  readonly segments?: Int32Array
}

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017), from the fused projection.
 *
 * @param qkv [batch * time, 3C]: in each row q of all heads, then k, then v
 * @returns [batch * time, C], the heads side by side
 */
export function attention(qkv: tf.Tensor2D, options: AttentionOptions): tf.Tensor2D {
  const { batch, time, heads, causal } = options
  const width = (qkv.shape[1] ?? 0) / 3
  expectShape('attention', 'qkv', qkv, [batch * time, 3 * Math.ceil(width)])
  if (width % heads !== 0) throw new ShapeError(`attention: the width ${width} is not a multiple of ${heads} heads`)
  const dropout = options.dropout && options.dropout.rate > 0 ? options.dropout : null
  const starts = options.segments ? sequenceStarts(options.segments, batch, time) : null
  const shape: AttentionShape = { batch, time, heads, causal, dropout, starts }
  const chosen = kernel('attention')
  const { forward, backward } = starts && !chosen.takesStarts ? referenceKernels.attention : chosen
  return differentiable({
    inputs: [qkv],
    forward: keep => {
      const { value, saved } = forward({ qkv, shape, keep })
      return { value, saved: keep ? [qkv, value, ...saved] : [] }
    },
    backward: (dy, [qkv, y, ...saved]) => [
      backward({
        dy: dy as tf.Tensor2D,
        qkv: qkv as tf.Tensor2D,
        y: y as tf.Tensor2D,
        saved,
        shape,
      }),
    ],
  })
}
