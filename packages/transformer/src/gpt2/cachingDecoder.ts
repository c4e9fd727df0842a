import { openDecoder } from '@sluice/compute'
import type { Decoder, DecoderOptions } from '../generation/decoder.ts'
import { growingDecoder } from '../generation/growing.ts'
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
export function cachingDecoder(model: Pick<Gpt2Model, 'config' | 'parameters'>, options: DecoderOptions = {}): Decoder {
  const { blockSize, heads, epsilon } = model.config
  const { weights, dispose } = decoderWeights(model)
  const decoder = (() => {
    try {
      return openDecoder(weights, { heads, epsilon, rows: 1, capacity: blockSize })
    } finally {
      dispose()
    }
  })()
  return growingDecoder(model.config, options, {
    extend: (ids, start) => decoder.extend([{ row: 0, start, ids }]),
    dispose: () => decoder.dispose(),
  })
}
