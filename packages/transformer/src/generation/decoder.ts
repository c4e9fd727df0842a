import type { LanguageModel } from '../model.ts'
import { windowStart } from './window.ts'

/** A context that grows, and where a decoder holds it. */
export interface RowContext {
  /** From 0, below `rows`. */
  readonly row: number
  /** All ids so far, of which the model sees the last that fit. */
  readonly context: readonly number[]
}

/**
 * Scores of the next token after growing contexts. What `generate` needs of a model: one that keeps keys and values of the
 * contexts seen so far fits in here without `generate` knowing.
 */
export interface Decoder {
  /**
   * Of several rows at once, each at most once; no row's scores depend on which others there are.
   *
   * @returns [V] of each, in the order of `contexts`, free of the backend
   */
  next(contexts: readonly RowContext[]): Promise<Float32Array[]>
  dispose(): void
}

export interface DecoderOptions {
  /**
   * How many of the oldest tokens drop out of sight at once when the context is full, from 1 to `blockSize`. Default: 1, so
   * that the model always sees as much as it can.
   */
  slide?: number | undefined
  /** Contexts held side by side. Default: 1. */
  rows?: number | undefined
}

/** Computes the whole context anew for each token. */
export function recomputingDecoder(
  model: Pick<LanguageModel, 'config' | 'nextLogits'>,
  { slide = 1 }: DecoderOptions = {},
): Decoder {
  const { blockSize } = model.config
  const scores = async (context: readonly number[]): Promise<Float32Array> => {
    const seen = context.slice(windowStart(context.length, { blockSize, slide }))
    const logits = model.nextLogits(Int32Array.from(seen), { rows: 1 })
    try {
      return (await logits.data()).slice() as Float32Array
    } finally {
      logits.dispose()
    }
  }
  return {
    async next(contexts) {
      const all = []
      for (const { context } of contexts) all.push(await scores(context))
      return all
    },
    dispose() {},
  }
}
