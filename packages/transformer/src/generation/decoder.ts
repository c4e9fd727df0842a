import type { LanguageModel } from '../model.ts'
import { windowStart } from './window.ts'

/**
 * Scores of the next token after a growing context. What `generate` needs of a model: one that keeps keys and values of the
 * context seen so far fits in here without `generate` knowing.
 */
export interface Decoder {
  /**
   * @param context all ids so far, of which the model sees the last that fit
   * @returns [V], free of the backend
   */
  next(context: readonly number[]): Promise<Float32Array>
  dispose(): void
}

export interface DecoderOptions {
  /**
   * How many of the oldest tokens drop out of sight at once when the context is full, from 1 to `blockSize`. Default: 1, so
   * that the model always sees as much as it can.
   */
  slide?: number | undefined
}

/** Computes the whole context anew for each token. */
export function recomputingDecoder(
  model: Pick<LanguageModel, 'config' | 'nextLogits'>,
  { slide = 1 }: DecoderOptions = {},
): Decoder {
  const { blockSize } = model.config
  return {
    async next(context) {
      const seen = context.slice(windowStart(context.length, { blockSize, slide }))
      const logits = model.nextLogits(Int32Array.from(seen), { rows: 1 })
      try {
        return (await logits.data()).slice() as Float32Array
      } finally {
        logits.dispose()
      }
    },
    dispose() {},
  }
}
