import { openDecoder } from '@sluice/compute'
import { checkTokens } from '@sluice/embed'
import type { Decoder, DecoderOptions } from '../generation/decoder.ts'
import { windowStart } from '../generation/window.ts'
import { decoderWeights } from './decoderWeights.ts'
import type { Gpt2Model } from './gpt2.ts'

/**
 * Keeps the keys and values of the context seen so far, so that a token costs one pass over the weights, and its prompt one
 * pass in all. The scores are those of `recomputingDecoder` up to rounding.
 *
 * A context that is the last one with more tokens behind it is only extended; of any other, the tokens that both begin with
 * are kept. When the window slides, every token stands at a new position, and what lies between saw tokens that are gone:
 * then the whole window is computed anew, once in `slide` tokens.
 *
 * The weights are those of the moment when it was made.
 */
export function cachingDecoder(
  model: Pick<Gpt2Model, 'config' | 'parameters'>,
  { slide = 1 }: DecoderOptions = {},
): Decoder {
  const { blockSize, heads, epsilon, vocabSize } = model.config
  const { weights, dispose } = decoderWeights(model)
  const decoder = (() => {
    try {
      return openDecoder(weights, { heads, epsilon, rows: 1, capacity: blockSize })
    } finally {
      dispose()
    }
  })()
  let held: readonly number[] = []
  return {
    async next(context) {
      const seen = context.slice(windowStart(context.length, { blockSize, slide }))
      // At least the last token is put in (again): its scores are what is asked for.
      const most = Math.min(held.length, seen.length - 1)
      let start = 0
      while (start < most && seen[start] === held[start]) start++
      checkTokens(seen, vocabSize)
      const ids = Int32Array.from(seen.slice(start))
      held = held.slice(0, start)
      const logits = await decoder.extend([{ row: 0, start, ids }])
      held = seen
      return logits
    },
    dispose: () => decoder.dispose(),
  }
}
