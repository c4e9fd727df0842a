import { checkTokens } from '@sluice/embed'
import type { Decoder, DecoderOptions } from './decoder.ts'
import { windowStart } from './window.ts'

/**
 * A decoder that keeps what it has computed of the context seen so far. A context that is the last one with more tokens behind it is
 * only extended; of any other, the tokens that both begin with are kept.
 *
 * @param options.extend puts ids at positions from `start` on, forgetting what was held there and beyond; gives the scores after
 *   the last
 */
export function growingDecoder(
  { blockSize, vocabSize }: { readonly blockSize: number; readonly vocabSize: number },
  { slide = 1 }: DecoderOptions,
  options: { extend(ids: Int32Array, start: number): Float32Array | Promise<Float32Array>; dispose(): void },
): Decoder {
  let held: readonly number[] = []
  return {
    async next(context) {
      const seen = context.slice(windowStart(context.length, { blockSize, slide }))
      // At least the last token is put in (again): its scores are what is asked for.
      const most = Math.min(held.length, seen.length - 1)
      let start = 0
      while (start < most && seen[start] === held[start]) start++
      checkTokens(seen, vocabSize)
      held = held.slice(0, start)
      const logits = await options.extend(Int32Array.from(seen.slice(start)), start)
      held = seen
      return logits
    },
    dispose: () => options.dispose(),
  }
}
