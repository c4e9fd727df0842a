import { setImmediate } from 'node:timers/promises'
import { tf } from '@sluice/compute'
import { DataError, type EvaluationSet } from '@sluice/pipeline'
import type { Model } from '@sluice/transformer'
import { blockRows, countTargets, type PackingOptions } from './batch.ts'
import { documentLosses } from './document-losses.ts'

export interface Evaluation {
  /** Mean cross-entropy, nats per token. */
  readonly loss: number
  /** e^loss */
  readonly perplexity: number
  /** Bits needed per byte of the text: comparable between tokenizers. Not of masked tokens, which are only some of them. */
  readonly bitsPerByte?: number
  /** Mean cross-entropy of each source's text. */
  readonly sources: Readonly<Record<string, number>>
}

export interface EvaluateOptions {
  /** Rows computed at once. Default: 16. */
  rows?: number | undefined
  packing?: PackingOptions | undefined
  /** Gives up between rows, with the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * The model's loss on the held-out blocks: dropout off, no gradient, no weight changed. Timers are served in between.
 *
 * @throws DataError when the set is empty
 */
export async function evaluate(
  model: Pick<Model, 'loss' | 'predicts'>,
  set: EvaluationSet,
  { rows: most = 16, packing, signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  const documents = documentLosses()
  let nats = 0
  let targets = 0
  for (const batch of set.blocks) {
    for (let row = 0; row < batch.numRows; row += most) {
      signal?.throwIfAborted()
      const slice = batch.slice(row, Math.min(row + most, batch.numRows))
      const part = blockRows(slice, packing)
      const onTargets = (losses: Float32Array, places: Int32Array) => documents.add(slice, part.width, losses, places)
      const count = countTargets(part, model.predicts)
      if (count === 0) continue
      nats += count * tf.tidy(() => model.loss(part, { training: false, seed: 0, step: 0, onTargets }).dataSync()[0]!)
      targets += count
      await setImmediate()
    }
  }
  if (targets === 0) throw new DataError('the evaluation set holds no blocks')
  const loss = nats / targets
  const perplexity = Math.exp(loss)
  const sources = documents.sources()
  if (model.predicts === 'masked') return { loss, perplexity, sources }
  return { loss, perplexity, sources, bitsPerByte: (loss * set.tokens) / (Math.LN2 * set.bytes) }
}
