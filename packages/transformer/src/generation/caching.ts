import { type DecoderWeights, openDecoder } from '@sluice/compute'
import type { Decoder, DecoderOptions } from './decoder.ts'
import { growingDecoder } from './growing.ts'

/**
 * Keeps the keys and values of the contexts seen so far in the backend's own decoder, with room for whole contexts. The weights are
 * those of the moment when it was made.
 */
export function cachedDecoder(
  weights: DecoderWeights,
  config: { blockSize: number; vocabSize: number; heads: number; keyHeads?: number; epsilon: number },
  options: DecoderOptions,
): Decoder {
  const { blockSize, heads, keyHeads = heads, epsilon } = config
  const { rows = 1 } = options
  const decoder = openDecoder(weights, { heads, keyHeads, epsilon, rows, capacity: blockSize })
  return growingDecoder(config, options, {
    extend: parts => decoder.extend(parts),
    dispose: () => decoder.dispose(),
  })
}
