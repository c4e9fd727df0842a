import type { RunEvent, Source, Stage } from '@sluice/pipeline'
import type { Tokenizer } from '@sluice/tokenize'
import { batchChain } from '../batches.ts'
import { cachedTokens } from '../cached-tokens.ts'
import type { Corpus } from '../corpus.ts'
import type { Recipe } from '../recipe.ts'

export interface ChainOptions {
  readonly recipe: Recipe
  readonly corpus: Corpus
  readonly source: Source
  readonly tokenizer: Tokenizer
  readonly predicts: 'next' | 'masked'
  readonly baseDir: string
  /** Folder of the run. */
  readonly path: string
  /** Where the checkpoint that is gone on from has what a stage saved. */
  readonly saved: ((stage: string) => string | undefined) | undefined
  emit(event: RunEvent): void
}

/** All that makes the batches of a training run, to be run on this thread. */
export async function chainHere(options: ChainOptions): Promise<{ source: Source; stages: Stage[] }> {
  const { recipe, corpus, source, tokenizer, predicts, baseDir, path, saved, emit } = options
  const cached = await cachedTokens({ recipe, corpus, tokenizer, baseDir, path, main: true, emit })
  return batchChain({ recipe, corpus, source, tokenizer, predicts, main: true, saved, cached })
}
