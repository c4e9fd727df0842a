import { existsSync } from 'node:fs'
import type { EvaluationSet, RunEvent } from '@sluice/pipeline'
import { loadEvaluation, mask, prepareEvaluation, saveEvaluation, type Tokenizer } from '@sluice/tokenize'
import type { Model } from '@sluice/transformer'
import { from, lastValueFrom, map, toArray } from 'rxjs'
import type { Corpus } from './corpus.ts'
import type { Recipe } from './recipe.ts'

/**
 * The held-out text, tokenized and packed once and kept as `eval.arrow`; undefined where the recipe holds nothing out. A run that goes
 * on and has it no more makes it again: it follows from the text, which is as it was.
 */
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
  if (resume && existsSync(path)) return loadEvaluation(path)
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

/** The set as the model is measured on it: for one of masked tokens, the same ones masked at every evaluation. */
export async function evaluationFor(
  model: Pick<Model, 'predicts'>,
  set: EvaluationSet,
  context: { recipe: Recipe; tokenizer: Tokenizer; emit(event: RunEvent): void },
): Promise<EvaluationSet> {
  if (model.predicts === 'next') return set
  const { recipe, tokenizer, emit } = context
  const stage = mask({ ...recipe.data.mask, tokenizer, id: 'evaluation/mask', workers: 0 })
  const { signal } = new AbortController()
  await stage.open?.({ seed: recipe.seed, signal, emit, whenConsumed: async () => {} }, undefined)
  const frames = from(set.blocks.map(batch => ({ batch, cursor: {}, seq: 0 })))
  const blocks = await lastValueFrom(
    frames.pipe(
      stage.apply,
      map(frame => frame.batch),
      toArray(),
    ),
  )
  return { ...set, blocks }
}
