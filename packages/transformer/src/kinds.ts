import type { Kind, NamedTensor } from '@sluice/pipeline'
import type { z } from 'zod'
import { bert } from './bert/bert.ts'
import { bertSchema } from './bert/config.ts'
import { bertShape } from './bert/parameters.ts'
import { gpt2Schema } from './gpt2/config.ts'
import { gpt2 } from './gpt2/gpt2.ts'
import { gpt2Shape } from './gpt2/parameters.ts'
import { llamaSchema } from './llama/config.ts'
import { llama } from './llama/llama.ts'
import { llamaShape } from './llama/parameters.ts'
import type { LanguageModel, MaskedModel } from './model.ts'
import { bertPresets, gpt2Presets, llamaPresets, withPreset } from './presets.ts'
import type { ModelShape } from './shape.ts'

/** What a model must be told beside its section of the config. */
export interface ModelBuildContext {
  /** The tokenizer's. */
  readonly vocabSize: number
  readonly blockSize: number
  readonly seed: number
  /** To go on from, instead of the seed's initial weights. */
  readonly weights?: ReadonlyMap<string, NamedTensor> | undefined
}

/** A kind of model, which can also tell what it would be without being built. */
export interface ModelKind<Section, Built extends LanguageModel | MaskedModel = LanguageModel | MaskedModel>
  extends Kind<'model', Section, Built, ModelBuildContext> {
  shape(section: Section, context: Pick<ModelBuildContext, 'vocabSize' | 'blockSize'>): ModelShape
}

const gpt2Kind: ModelKind<z.infer<typeof gpt2Schema>> = {
  kind: 'model',
  use: 'gpt2',
  summary: 'decoder-only Transformer as published with GPT-2',
  config: gpt2Schema,
  shape: (section, { vocabSize, blockSize }) =>
    gpt2Shape({ ...withPreset(section, gpt2Presets), vocabSize, blockSize }),
  build: (section, { vocabSize, blockSize, seed, weights }) =>
    gpt2({ ...withPreset(section, gpt2Presets), vocabSize, blockSize }, { seed, weights }),
}

const llamaKind: ModelKind<z.infer<typeof llamaSchema>> = {
  kind: 'model',
  use: 'llama',
  summary: 'decoder in the style of Llama: RMS norms, rotary positions, SwiGLU, shared keys',
  config: llamaSchema,
  shape: (section, { vocabSize, blockSize }) =>
    llamaShape({ ...withPreset(section, llamaPresets), vocabSize, blockSize }),
  build: (section, { vocabSize, blockSize, seed, weights }) =>
    llama({ ...withPreset(section, llamaPresets), vocabSize, blockSize }, { seed, weights }),
}

const bertKind: ModelKind<z.infer<typeof bertSchema>> = {
  kind: 'model',
  use: 'bert',
  summary: 'bidirectional encoder that learns to fill in masked tokens',
  config: bertSchema,
  shape: (section, { vocabSize, blockSize }) =>
    bertShape({ ...withPreset(section, bertPresets), vocabSize, blockSize }),
  build: (section, { vocabSize, blockSize, seed, weights }) =>
    bert({ ...withPreset(section, bertPresets), vocabSize, blockSize }, { seed, weights }),
}

/** What `model.use` may name. */
export const modelKinds: readonly ModelKind<any>[] = [gpt2Kind, llamaKind, bertKind]
