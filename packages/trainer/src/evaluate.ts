import { setImmediate } from 'node:timers/promises'
import { tf } from '@sluice/compute'
import { DataError, type EvaluationSet } from '@sluice/pipeline'
import type { LanguageModel } from '@sluice/transformer'
import { blockRows } from './batch.ts'

export interface Evaluation {
  /** Mean cross-entropy, nats per token. */
  readonly loss: number
  /** e^loss */
  readonly perplexity: number
  /** Bits needed per byte of the text: comparable between tokenizers. */
  readonly bitsPerByte: number
}

export interface EvaluateOptions {
  /** Rows computed at once. Default: 16. */
  rows?: number | undefined
  /** Gives up between rows, with the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * The model's loss on the held-out blocks: dropout off, no gradient, no weight changed. Timers are served in between.
 *
 * @throws DataError when the set is empty
 */
export async function evaluate(
  model: Pick<LanguageModel, 'loss'>,
  set: EvaluationSet,
  { rows: most = 16, signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  let nats = 0
  let targets = 0
  for (const batch of set.blocks) {
    const { ids, rows, width } = blockRows(batch)
    for (let row = 0; row < rows; row += most) {
      signal?.throwIfAborted()
      const count = Math.min(most, rows - row)
      const loss = tf.tidy(() => {
        const part = { ids: ids.subarray(row * width, (row + count) * width), rows: count }
        return model.loss(part, { training: false, seed: 0, step: 0 }).dataSync()[0]!
      })
      nats += loss * count * (width - 1)
      targets += count * (width - 1)
      await setImmediate()
    }
  }
  if (targets === 0) throw new DataError('the evaluation set holds no blocks')
  const loss = nats / targets
  return {
    loss,
    perplexity: Math.exp(loss),
    bitsPerByte: (loss * set.tokens) / (Math.LN2 * set.bytes),
  }
}
