import { readFile } from 'node:fs/promises'
import { atomicWrite, DataError, type Registry, type RunEvent, storageError } from '@sluice/pipeline'
import { loadAnyTokenizer, type Tokenizer } from '@sluice/tokenize'
import type { Corpus } from './corpus.ts'
import type { Recipe } from './recipe.ts'
import { kindOf } from './section.ts'
import { trainingTexts } from './texts.ts'

export interface TokenizerContext {
  readonly recipe: Recipe
  readonly registry: Registry
  readonly corpus: Corpus
  readonly baseDir: string
  /** Where it is kept: `tokenizer.json` of the run. */
  readonly path: string
  /** The run has one, and goes on with it. */
  readonly resume: boolean
  readonly signal: AbortSignal
  emit(event: RunEvent): void
}

/** The run's tokenizer: trained or loaded once, written down, and never trained again. */
export async function prepareTokenizer(context: TokenizerContext): Promise<Tokenizer> {
  const { path, signal } = context
  if (context.resume) return readTokenizer(path)
  const tokenizer = await makeTokenizer(context)
  // Stopped while it learned, it has seen a part of the text only.
  signal.throwIfAborted()
  await atomicWrite(path, `${JSON.stringify(tokenizer.toJSON())}\n`)
  return tokenizer
}

/** The tokenizer that the recipe describes: loaded, or trained on its text. */
export async function makeTokenizer(context: Omit<TokenizerContext, 'path' | 'resume'>): Promise<Tokenizer> {
  const { recipe, signal, emit } = context
  const { kind, config } = kindOf(context.registry, 'tokenizer', recipe.tokenizer)
  emit({ type: 'preparing', what: 'tokenizer', detail: recipe.tokenizer.use })
  const bytes = recipe.tokenizer.trainOn
  return kind.build(config, {
    id: 'tokenizer',
    baseDir: context.baseDir,
    seed: recipe.seed,
    signal,
    emit,
    texts: () => trainingTexts({ corpus: context.corpus, bytes, seed: recipe.seed, signal, emit }),
  })
}

/** @throws StorageError where it cannot be read, DataError where it is none */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const advice = 'each of its checkpoints has a copy: put that there'
  const text = await readFile(path, 'utf8').catch(error => {
    throw Object.assign(storageError("the run's tokenizer cannot be read", path, error), { advice })
  })
  try {
    return await loadAnyTokenizer(JSON.parse(text))
  } catch (cause) {
    throw new DataError(`the run's tokenizer cannot be read: ${(cause as Error).message}`, {
      file: path,
      advice,
      cause,
    })
  }
}
