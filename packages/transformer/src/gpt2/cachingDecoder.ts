import { cachedDecoder } from '../generation/caching.ts'
import type { Decoder, DecoderOptions } from '../generation/decoder.ts'
import { decoderWeights } from './decoderWeights.ts'
import type { Gpt2Model } from './gpt2.ts'

/**
 * Keeps the keys and values of the contexts seen so far, so that a token costs one pass over the weights, and its prompt one
 * pass in all. The scores are those of `recomputingDecoder` up to rounding.
 *
 * A context that is the last one with more tokens behind it is only extended; of any other, the tokens that both begin with
 * are kept. When the window slides, every token stands at a new position, and what lies between saw tokens that are gone:
 * then the whole window is computed anew, once in `slide` tokens.
 *
 * The weights are those of the moment when it was made.
 */
export function cachingDecoder(model: Pick<Gpt2Model, 'config' | 'parameters'>, options: DecoderOptions = {}): Decoder {
  const { weights, dispose } = decoderWeights(model)
  try {
    return cachedDecoder(weights, model.config, options)
  } finally {
    dispose()
  }
}
