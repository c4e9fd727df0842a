import type { Json } from '@sluice/pipeline'
import { bertConfig } from '../bert/config.ts'
import { bertConfigFromHf } from '../bert/hf-config.ts'
import { bertShape } from '../bert/parameters.ts'
import { gpt2Config } from '../gpt2/config.ts'
import { gpt2Shape } from '../gpt2/parameters.ts'
import { gpt2ConfigFromHf } from '../gpt2/read-config.ts'
import { llamaConfig } from '../llama/config.ts'
import { llamaConfigFromHf } from '../llama/hf-config.ts'
import { llamaShape } from '../llama/parameters.ts'
import { type ModelFamily, type ModelShape, modelFamilies } from '../shape.ts'
import { objectOf, wrong } from './members.ts'

/** How a model is told where a token stands: by vectors that are added, or by turning queries and keys. */
export type ToldPositions =
  | { readonly kind: 'learned' | 'sinusoidal' | 'none' }
  | { readonly kind: 'rotary'; readonly theta: number }

export interface DescribedModel {
  readonly shape: ModelShape
  readonly positions: ToldPositions
  /** Hugging Face's name of the table of token vectors, and of that of learned positions. */
  readonly tables: { readonly tokens: string; readonly positions?: string }
}

const families: Readonly<Record<ModelFamily, (json: Json) => DescribedModel>> = {
  gpt2(json) {
    const config = gpt2Config(gpt2ConfigFromHf(json))
    const tables = { tokens: 'transformer.wte.weight', positions: 'transformer.wpe.weight' }
    return { shape: gpt2Shape(config), positions: { kind: config.positions }, tables }
  },
  llama(json) {
    const config = llamaConfig(llamaConfigFromHf(json))
    const { positions: kind, theta } = config
    const positions: ToldPositions = kind === 'rotary' ? { kind, theta } : { kind }
    return { shape: llamaShape(config), positions, tables: { tokens: 'model.embed_tokens.weight' } }
  },
  bert(json) {
    const config = bertConfig(bertConfigFromHf(json))
    const tables = {
      tokens: 'bert.embeddings.word_embeddings.weight',
      positions: 'bert.embeddings.position_embeddings.weight',
    }
    return { shape: bertShape(config), positions: { kind: config.positions }, tables }
  },
}

/** What the model of a Hugging Face `config.json` is, without any weights. @throws DataError for another architecture */
export function describeHfModel(json: Json): DescribedModel {
  const { model_type: type } = objectOf(json)
  const describe = typeof type === 'string' && Object.hasOwn(families, type) ? families[type as ModelFamily] : undefined
  if (!describe) throw wrong('model_type', modelFamilies.map(family => `"${family}"`).join(' or '), type)
  return describe(json)
}
