import type { Tokenizer } from '@sluice/tokenize'
import type { LanguageModel } from '@sluice/transformer'
import type { Recipe } from './recipe.ts'
import { continueText } from './trained.ts'

/** Lets the model write on at intervals, so that a person sees it learn. The same prompt and seed each time. */
export function sampler(options: {
  recipe: Recipe
  tokenizer: Tokenizer
  signal: AbortSignal
}): (model: LanguageModel) => Promise<{ prompt: string; text: string }> {
  const { tokenizer, recipe, signal } = options
  const { prompt, tokens, temperature, topK, topP } = recipe.train.sample
  const sampling = { prompt, maxTokens: tokens, temperature, topK, topP, seed: recipe.seed, signal }
  return async model => {
    let text = ''
    for await (const piece of continueText(model, tokenizer, sampling)) text += piece
    return { prompt, text }
  }
}
