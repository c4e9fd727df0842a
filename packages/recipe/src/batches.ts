import type { Stage } from '@sluice/pipeline'
import { batch, mask, pack, shuffle, type Tokenizer, tokenize } from '@sluice/tokenize'
import type { Corpus } from './corpus.ts'
import type { Recipe } from './recipe.ts'

/**
 * The stages from documents to batches: all of a run but the training.
 *
 * @param of.main whether it is the one pass that writes the rejected documents down
 */
export function batchStages(of: {
  recipe: Recipe
  corpus: Corpus
  tokenizer: Tokenizer
  predicts: 'next' | 'masked'
  main: boolean
}): Stage[] {
  const { recipe, corpus, tokenizer, predicts, main } = of
  const { data } = recipe
  return [
    ...corpus.part('training', main),
    tokenize({ tokenizer }),
    pack({
      blockSize: data.blockSize,
      tokenizer,
      ...(data.pack.fit === 'documents' ? { bestFit: data.pack } : {}),
    }),
    ...(data.shuffle === 0 ? [] : [shuffle({ window: data.shuffle })]),
    ...(predicts === 'masked' ? [mask({ ...data.mask, tokenizer })] : []),
    batch({ batchSize: data.batchSize }),
  ]
}
