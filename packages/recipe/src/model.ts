import type { NamedTensor, Registry } from '@sluice/pipeline'
import { type Tokenizer, tokenizerFiles } from '@sluice/tokenize'
import type { LanguageModel } from '@sluice/transformer'
import type { Recipe } from './recipe.ts'
import { kindOf } from './section.ts'

/** The recipe's model on the chosen backend, with its initial weights or those given. */
export function buildModel(
  { recipe, registry, tokenizer }: { recipe: Recipe; registry: Registry; tokenizer: Tokenizer },
  weights: ReadonlyMap<string, NamedTensor> | undefined,
): LanguageModel {
  const { kind, config } = kindOf(registry, 'model', recipe.model)
  const { vocabSize } = tokenizer
  return kind.build(config, { vocabSize, blockSize: recipe.data.blockSize, seed: recipe.seed, weights })
}

/** What makes a checkpoint a directory that Hugging Face's `from_pretrained` opens, beside the weights. */
export function modelFiles(model: LanguageModel, tokenizer: Tokenizer): Map<string, string> {
  const { endOfText } = tokenizer
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return new Map([
    ...tokenizerFiles(tokenizer),
    ['config.json', text(model.hfConfig({ bosTokenId: endOfText, eosTokenId: endOfText }))],
    ['generation_config.json', text({ bos_token_id: endOfText, eos_token_id: endOfText })],
  ])
}
