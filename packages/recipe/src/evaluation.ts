import type { EvaluationSet, RunEvent } from '@sluice/pipeline'
import { loadEvaluation, prepareEvaluation, saveEvaluation, type Tokenizer } from '@sluice/tokenize'
import type { Corpus } from './corpus.ts'
import type { Recipe } from './recipe.ts'

/** The held-out text, tokenized and packed once and kept as `eval.arrow`; undefined where the recipe holds nothing out. */
export async function prepareEvaluationSet(context: {
  recipe: Recipe
  corpus: Corpus
  tokenizer: Tokenizer
  path: string
  /** The run has one, and goes on with it. */
  resume: boolean
  signal: AbortSignal
  emit(event: RunEvent): void
}): Promise<EvaluationSet | undefined> {
  const { recipe, corpus, tokenizer, path, resume, signal, emit } = context
  const { share, by, tokens } = recipe.data.evaluation
  if (share === 0) return undefined
  if (resume) return loadEvaluation(path)
  const set = await prepareEvaluation({
    source: corpus.once(),
    refine: corpus.refine(),
    split: { share, by },
    tokenizer,
    blockSize: recipe.data.blockSize,
    tokens,
    signal,
    emit,
  })
  signal.throwIfAborted()
  await saveEvaluation(set, path)
  return set
}
