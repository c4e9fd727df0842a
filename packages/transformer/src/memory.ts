import { countParameters } from './count.ts'
import type { ModelShape } from './shape.ts'

/** Bytes that a training step needs at its peak. */
export interface TrainingMemory {
  readonly parameters: number
  readonly gradients: number
  /** Both moments of AdamW. */
  readonly optimizer: number
  /** What the forward pass keeps for the backward pass. */
  readonly activations: number
  /** The most that one operation needs at a time. */
  readonly temporaries: number
  readonly total: number
}

/** Logits that the cross-entropy holds at a time, elements. */
const logitsBlock = 2 ** 22

/** Values as wide as the feed-forward that a block keeps: before and after GELU; or gate, its partner and their product. */
const feedForwards = { gpt2: 2, bert: 2, llama: 3 } as const

/**
 * An upper estimate for the reference kernels (other backends need less), from what each operation saves. Of the residual
 * stream's size, N * C, a block keeps 16: x, its norm, q k v, the mixed values, x again, its norm, and of a feed-forward four
 * times as wide the values before and after GELU. The temporaries' factors are measured.
 *
 * @param options.rows of a batch
 * @param options.time tokens a row. Default: blockSize
 */
export function trainingMemory(
  shape: ModelShape,
  { rows, time }: { rows: number; time?: number | undefined },
): TrainingMemory {
  const { vocabSize, blockSize, layers, width, heads, inner } = shape
  const T = time ?? blockSize
  const N = rows * T
  const parameters = 4 * countParameters(shape.parameters).total
  const activations = 4 * N * (layers * (8 * width + feedForwards[shape.family] * inner) + 4 * width)
  const attention = 20 * (4 * rows * heads * T * T)
  const table = 4 * vocabSize * width
  const crossEntropy = 12 * 4 * Math.min(N * vocabSize, logitsBlock) + 6 * table
  const update = 8 * Math.max(table, 4 * width * inner)
  const temporaries = Math.max(attention, crossEntropy)
  return {
    parameters,
    gradients: parameters,
    optimizer: 2 * parameters,
    activations,
    temporaries,
    total: 4 * parameters + Math.max(activations + temporaries, update),
  }
}
