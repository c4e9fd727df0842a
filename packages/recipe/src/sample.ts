import type { Tokenizer } from '@sluice/tokenize'
import type { LanguageModel, MaskedModel } from '@sluice/transformer'
import { continueText } from './continue.ts'
import { filledText, fillMasks } from './fill.ts'
import type { Recipe } from './recipe.ts'

/** Lets the model write on, or fill in the masks of the prompt, at intervals, so that a person sees it learn. The same prompt and seed each time. */
export function sampler(options: {
  recipe: Recipe
  tokenizer: Tokenizer
  signal: AbortSignal
}): (model: LanguageModel | MaskedModel) => Promise<{ prompt: string; text: string }> {
  const { tokenizer, recipe, signal } = options
  const { prompt, tokens, temperature, topK, topP } = recipe.train.sample
  const sampling = { prompt, maxTokens: tokens, temperature, topK, topP, seed: recipe.seed, signal }
  return async model => {
    if (model.predicts === 'masked') {
      return { prompt: '', text: filledText(tokenizer, fillMasks(model, tokenizer, prompt)) }
    }
    let text = ''
    for await (const piece of continueText(model, tokenizer, sampling)) text += piece
    return { prompt, text }
  }
}
