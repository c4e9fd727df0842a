import { embedding, tf } from '@sluice/compute'
import { sinusoidalEncoding } from './sinusoidal.ts'

/** How a model is told where a token stands: a table that is trained, a table that is computed, or not at all. */
export const positionKinds = ['learned', 'sinusoidal', 'none'] as const
export type PositionKind = (typeof positionKinds)[number]

export interface PositionEmbedding {
  readonly kind: PositionKind
  /**
   * @param positions N positions, each in [0, blockSize)
   * @returns [N, C], or null where positions add nothing
   */
  embed(positions: Int32Array): tf.Tensor2D | null
  dispose(): void
}

/**
 * What is added where positions are not learned, [blockSize, width]: the sinusoidal encoding divided by sqrt(width), or zeros.
 *
 * "Attention Is All You Need" adds the encoding to token embeddings multiplied by sqrt(width). Dividing the sum by sqrt(width)
 * gives the same proportion of token to position (all that a layer norm sees), leaves the token table as it is, so that it can
 * serve as output projection too, and makes the whole an ordinary table, which a model that only knows such tables can hold.
 */
export function constantPositions(
  kind: Exclude<PositionKind, 'learned'>,
  { blockSize, width }: { blockSize: number; width: number },
): Float32Array {
  if (kind === 'none') return new Float32Array(blockSize * width)
  const scale = 1 / Math.sqrt(width)
  return sinusoidalEncoding({ positions: blockSize, width }).map(value => value * scale)
}

/** @param options.weight the trained table [blockSize, width]; only for `learned`, and it stays the caller's to dispose */
export function positionEmbedding(options: {
  kind: PositionKind
  blockSize: number
  width: number
  weight?: tf.Tensor | undefined
}): PositionEmbedding {
  const { kind, blockSize, width, weight } = options
  if (kind === 'none') return { kind, embed: () => null, dispose: () => {} }
  if (kind === 'learned') {
    if (!weight) throw new RangeError('learned positions need their table')
    return { kind, embed: positions => embedding(weight as tf.Tensor2D, positions), dispose: () => {} }
  }
  const table = tf.keep(tf.tensor2d(constantPositions(kind, { blockSize, width }), [blockSize, width]))
  return { kind, embed: positions => embedding(table, positions), dispose: () => table.dispose() }
}
