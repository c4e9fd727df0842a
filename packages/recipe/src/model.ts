import type { NamedTensor, Registry } from '@sluice/pipeline'
import { type Tokenizer, tokenizerFiles } from '@sluice/tokenize'
import type { LanguageModel, MaskedModel, ModelKind, ModelShape } from '@sluice/transformer'
import type { Recipe } from './recipe.ts'
import { kindOf } from './section.ts'

/** The recipe's model on the chosen backend, with its initial weights or those given. */
export function buildModel(
  { recipe, registry, tokenizer }: { recipe: Recipe; registry: Registry; tokenizer: Tokenizer },
  weights: ReadonlyMap<string, NamedTensor> | undefined,
): LanguageModel | MaskedModel {
  const { kind, config } = kindOf(registry, 'model', recipe.model)
  const { vocabSize } = tokenizer
  return kind.build(config, { vocabSize, blockSize: recipe.data.blockSize, seed: recipe.seed, weights })
}

/** What the recipe's model would be, without allocating any of it; undefined for a kind that cannot tell. */
export function modelShape(
  { recipe, registry }: { recipe: Recipe; registry: Registry },
  vocabSize: number,
): ModelShape | undefined {
  const { kind, config } = kindOf(registry, 'model', recipe.model)
  return (kind as Partial<ModelKind<unknown>>).shape?.(config, { vocabSize, blockSize: recipe.data.blockSize })
}

/** What makes a checkpoint a directory that Hugging Face's `from_pretrained` opens, beside the weights. */
export function modelFiles(model: LanguageModel | MaskedModel, tokenizer: Tokenizer): Map<string, string> {
  const { endOfText } = tokenizer
  const padTokenId = tokenizer.special?.get('[PAD]')
  const tokens = model.predicts === 'masked' ? { padTokenId } : { bosTokenId: endOfText, eosTokenId: endOfText }
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return new Map([
    ...tokenizerFiles(tokenizer),
    ['config.json', text(model.hfConfig(tokens))],
    ...(model.predicts === 'masked'
      ? []
      : ([['generation_config.json', text({ bos_token_id: endOfText, eos_token_id: endOfText })]] as const)),
  ])
}
