import type { Kind, NamedTensor } from '@sluice/pipeline'
import type { z } from 'zod'
import { gpt2Schema } from './config.ts'
import { gpt2 } from './gpt2.ts'
import type { LanguageModel } from './model.ts'

/** What a model must be told beside its section of the config. */
export interface ModelBuildContext {
  /** The tokenizer's. */
  readonly vocabSize: number
  readonly blockSize: number
  readonly seed: number
  /** To go on from, instead of the seed's initial weights. */
  readonly weights?: ReadonlyMap<string, NamedTensor> | undefined
}

type Gpt2Section = z.infer<typeof gpt2Schema>

const gpt2Kind: Kind<'model', Gpt2Section, LanguageModel, ModelBuildContext> = {
  kind: 'model',
  use: 'gpt2',
  summary: 'decoder-only Transformer as published with GPT-2',
  config: gpt2Schema,
  build: (section, { vocabSize, blockSize, seed, weights }) =>
    gpt2({ ...section, vocabSize, blockSize }, { seed, weights }),
}

/** What `model.use` may name. */
export const modelKinds: readonly Kind<'model', any, LanguageModel, ModelBuildContext>[] = [gpt2Kind]
