import { type Source, type Stage, type Workers, workerCount } from '@sluice/pipeline'
import { batch, mask, pack, shuffle, type Tokenizer, tokenize } from '@sluice/tokenize'
import { type Corpus, type Member, workersOf } from './corpus.ts'
import type { Recipe } from './recipe.ts'

/**
 * A run from its sources to batches: all but the training. Where weights count tokens, each source is refined and tokenized by itself
 * before they are mixed.
 *
 * @param of.main whether it is the one pass that writes the rejected documents down
 * @param of.saved where the checkpoint resumed from has what a stage saved
 */
export function batchChain(of: {
  recipe: Recipe
  corpus: Corpus
  /** Default: `corpus.repeated()`. */
  source?: Source
  tokenizer: Tokenizer
  predicts: 'next' | 'masked'
  main: boolean
  saved: ((stage: string) => string | undefined) | undefined
  /** Of `cachedTokens`. */
  cached: Source | undefined
  /** Where sources are mixed by tokens: each once. Default: as often as the recipe says. */
  once?: boolean
}): { source: Source; stages: Stage[] } {
  const { recipe, corpus, source, tokenizer, predicts, main, saved, cached, once = false } = of
  const { data } = recipe
  const encode = (id = 'tokenize', member: Member = { index: 0, count: 1 }) =>
    tokenize({ tokenizer, id, workers: workersOf(encoders(recipe), member) })
  const mixed = cached ?? corpus.mixedTokens(encode, { main, saved, once })
  const stages = [
    ...(mixed ? [] : [...corpus.part('training', main), encode()]),
    pack({
      blockSize: data.blockSize,
      tokenizer,
      ...(data.pack.fit === 'documents' ? { bestFit: data.pack } : {}),
    }),
    ...(data.shuffle === 0 ? [] : [shuffle({ window: data.shuffle })]),
    ...(predicts === 'masked' ? [mask({ ...data.mask, tokenizer })] : []),
    batch({ batchSize: data.batchSize }),
  ]
  return { source: mixed ?? source ?? corpus.repeated(), stages }
}

/** Workers of tokenizing: what the recipe says, else what `dataWorkers` has beyond the one that all stages run in. */
export function encoders({ tokenizer, dataWorkers = 0 }: Recipe): Workers {
  return tokenizer.workers ?? Math.max(0, workerCount(dataWorkers) - 1)
}
