import type { HfLayout, HfPart } from '../hf/layout.ts'
import type { ParameterSpec } from '../parameters.ts'
import type { ModelShape } from '../shape.ts'
import { type BertConfig, type BertOptions, bertConfig } from './config.ts'

/**
 * Every parameter under the name that Hugging Face's BertForMaskedLM gives it, in its order, but with projections as [in, out],
 * and query, key and value side by side as `attention.self.qkv`.
 *
 * Initialisation is BERT's but for the cut of its tails: normal(0, 0.02), biases 0, layer norms 1 and 0.
 */
export function bertParameters(config: BertConfig): Map<string, ParameterSpec> {
  const { vocabSize: V, blockSize: T, width: C, inner: F, layers, tokenTypes, initializerRange: std } = config
  const normal = (...shape: number[]): ParameterSpec => ({ shape, init: { std } })
  const constant = (value: number, size: number): ParameterSpec => ({ shape: [size], init: { value } })
  const specs = new Map<string, ParameterSpec>()
  const norm = (name: string) => specs.set(`${name}.weight`, constant(1, C)).set(`${name}.bias`, constant(0, C))
  const projection = (name: string, from: number, to: number) =>
    specs.set(`${name}.weight`, normal(from, to)).set(`${name}.bias`, constant(0, to))

  specs.set('bert.embeddings.word_embeddings.weight', normal(V, C))
  if (config.positions === 'learned') specs.set('bert.embeddings.position_embeddings.weight', normal(T, C))
  specs.set('bert.embeddings.token_type_embeddings.weight', normal(tokenTypes, C))
  norm('bert.embeddings.LayerNorm')
  for (let layer = 0; layer < layers; layer++) {
    const l = `bert.encoder.layer.${layer}`
    projection(`${l}.attention.self.qkv`, C, 3 * C)
    projection(`${l}.attention.output.dense`, C, C)
    norm(`${l}.attention.output.LayerNorm`)
    projection(`${l}.intermediate.dense`, C, F)
    projection(`${l}.output.dense`, F, C)
    norm(`${l}.output.LayerNorm`)
  }
  specs.set('cls.predictions.bias', constant(0, V))
  projection('cls.predictions.transform.dense', C, C)
  norm('cls.predictions.transform.LayerNorm')
  return specs
}

export function bertLayout({ width, inner, layers }: BertConfig): HfLayout {
  const layout = new Map<string, HfPart[]>()
  const put = (own: string, parts: readonly string[], columns: number) => {
    for (const kind of ['weight', 'bias']) {
      layout.set(
        `${own}.${kind}`,
        parts.map(name => ({ name: `${name}.${kind}`, columns })),
      )
    }
  }
  for (let layer = 0; layer < layers; layer++) {
    const l = `bert.encoder.layer.${layer}`
    const self = `${l}.attention.self`
    put(`${self}.qkv`, [`${self}.query`, `${self}.key`, `${self}.value`], width)
    put(`${l}.attention.output.dense`, [`${l}.attention.output.dense`], width)
    put(`${l}.intermediate.dense`, [`${l}.intermediate.dense`], inner)
    put(`${l}.output.dense`, [`${l}.output.dense`], width)
  }
  put('cls.predictions.transform.dense', ['cls.predictions.transform.dense'], width)
  return layout
}

/** What a BERT of this config is, without allocating any of it. */
export function bertShape(options: BertOptions | BertConfig): ModelShape {
  const config = bertConfig(options)
  return { family: 'bert', ...config, parameters: bertParameters(config) }
}
