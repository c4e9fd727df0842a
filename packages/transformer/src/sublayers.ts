import { attention, dropout, linear, tf } from '@sluice/compute'
import { maskRandom } from './dropout.ts'
import type { Pass } from './pass.ts'

/** Dropout that is there only while training and with a rate above 0. */
export function residualDropout(x: tf.Tensor2D, rate: number, place: string, training: Pass['training']): tf.Tensor2D {
  if (!training || rate === 0) return x
  return dropout(x, { rate, random: maskRandom(training, place) })
}

/** A projection, its weight [I, O] and its bias [O]. */
export interface Projection {
  readonly weight: tf.Tensor2D
  readonly bias: tf.Tensor1D | null
}

/** What a half of a block adds to the residual stream: a projection, and dropout where there is some. [N, O] */
export function projectOnto(
  residual: tf.Tensor2D,
  x: tf.Tensor2D,
  { weight, bias }: Projection,
  { rate, place, training }: { rate: number; place: string; training: Pass['training'] },
): tf.Tensor2D {
  if (!training || rate === 0) return linear(x, weight, bias, { residual })
  return tf.add<tf.Tensor2D>(residual, residualDropout(linear(x, weight, bias), rate, place, training))
}

/**
 * Attention as a pass has it: documents apart, dropout while training, watched where somebody watches.
 *
 * @param qkv_N3C what attention takes
 * @returns [N, C]
 */
export function attend(
  qkv_N3C: tf.Tensor2D,
  { batch, time, segments, training, observe }: Pass,
  options: { layer: number; heads: number; causal: boolean; rate: number; place: string },
): tf.Tensor2D {
  const { layer, heads, causal, rate, place } = options
  observe?.attention(layer, qkv_N3C)
  return attention(qkv_N3C, {
    batch,
    time,
    heads,
    causal,
    ...(segments ? { segments } : {}),
    ...(training && rate > 0 ? { dropout: { rate, random: maskRandom(training, place) } } : {}),
  })
}
