import type { LanguageModel } from '../model.ts'

/**
 * Scores of the next token after a growing context. What `generate` needs of a model: one that keeps keys and values of the
 * context seen so far fits in here without `generate` knowing.
 */
export interface Decoder {
  /**
   * @param context all ids so far, of which the model sees the last `blockSize`
   * @returns [V], free of the backend
   */
  next(context: readonly number[]): Promise<Float32Array>
  dispose(): void
}

/** Computes the whole context anew for each token. */
export function recomputingDecoder(model: Pick<LanguageModel, 'config' | 'nextLogits'>): Decoder {
  return {
    async next(context) {
      const logits = model.nextLogits(Int32Array.from(context.slice(-model.config.blockSize)), { rows: 1 })
      try {
        return (await logits.data()).slice() as Float32Array
      } finally {
        logits.dispose()
      }
    },
    dispose() {},
  }
}
