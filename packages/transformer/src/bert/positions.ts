import type { NamedTensor } from '@sluice/pipeline'
import type { BertConfig } from './config.ts'

const name = 'bert.embeddings.position_embeddings.weight'

/** With the table that Hugging Face's BERT always adds: zeros where positions are not told. */
export function withPositions(config: BertConfig, weights: Map<string, NamedTensor>): Map<string, NamedTensor> {
  if (config.positions === 'learned') return weights
  const shape = [config.blockSize, config.width]
  const data = new Float32Array(config.blockSize * config.width)
  return weights.set(name, { name, dtype: 'float32', shape, data })
}

export function withoutConstants(config: BertConfig, weights: ReadonlyMap<string, NamedTensor>) {
  if (config.positions === 'learned') return weights
  return new Map([...weights].filter(([each]) => each !== name))
}
