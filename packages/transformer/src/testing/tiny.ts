import type { Gpt2Options } from '../gpt2/config.ts'
import { type Gpt2Model, gpt2 } from '../gpt2/gpt2.ts'
import { initialWeights } from '../gpt2/parameters.ts'

export const tinyShape = { vocabSize: 17, blockSize: 6, layers: 2, width: 8, heads: 2 }

/** A tiny model whose weights are `scale` times the initial ones, so that what it says is far from uniform. */
export function tinyModel(options: Partial<Gpt2Options> = {}, { seed = 1, scale = 10 } = {}): Gpt2Model {
  const shape = { ...tinyShape, ...options }
  const weights = initialWeights(shape, seed)
  for (const { name, data } of weights.values()) {
    if (!name.includes('ln_'))
      data.forEach((value, i) => {
        data[i] = value * scale
      })
  }
  return gpt2(shape, { seed, weights })
}

/** rows * (T + 1) ids that look random. */
export function someIds(count: number, vocabSize = tinyShape.vocabSize): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => (i * i * 7 + i * 3 + 5) % vocabSize)
}
