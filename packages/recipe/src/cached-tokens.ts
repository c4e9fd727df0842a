import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { resolvePath } from '@sluice/ingest'
import { type Json, type RunEvent, repeat, type Source } from '@sluice/pipeline'
import { cacheTokens, type Tokenizer, tokenize } from '@sluice/tokenize'
import { encoders } from './batches.ts'
import { mixesTokens } from './budget.ts'
import { type Corpus, type Member, workersOf } from './corpus.ts'
import type { Recipe } from './recipe.ts'

/** Bytes of tokens in a shard: so much is made at a time while training waits. */
const shardBytes = 16 * 2 ** 20

export interface CachedTokensOptions {
  readonly recipe: Recipe
  readonly corpus: Corpus
  readonly tokenizer: Tokenizer
  readonly baseDir: string
  /** Folder of the run: its cache is there unless the recipe names another. */
  readonly path: string
  /** Whether it is the one pass that writes the rejected documents down. */
  readonly main: boolean
  emit(event: RunEvent): void
}

/**
 * With `data.cache`, the training part of the corpus as tokens that are made once and kept: of a single source an epoch, of several the
 * mix as it comes, for their epochs are of different lengths. Either way the same tokens come in the same order as without. Undefined
 * without `data.cache`.
 */
export async function cachedTokens(options: CachedTokensOptions): Promise<Source | undefined> {
  const { recipe, corpus, tokenizer, main } = options
  const { cache } = recipe.data
  if (!cache) return undefined
  const [first, ...others] = recipe.sources
  const single = others.length === 0
  const encode = (id = 'tokenize', member: Member = { index: 0, count: 1 }) =>
    tokenize({ tokenizer, id, workers: workersOf(encoders(recipe), member) })
  // Weights by tokens: each source is refined and tokenized by a run of its own, and nothing is left to do behind the mix.
  const ofTokens = mixesTokens(recipe)
  const tokens = cacheTokens({
    source: ofTokens
      ? ({ again, saved, emit }) => corpus.mixedTokens(encode, { main: main && !again, saved, emit })!
      : single
        ? corpus.once()
        : corpus.repeated(),
    // What is made again was rejected before.
    stages: again => (ofTokens ? [] : [...corpus.part('training', main && !again), encode()]),
    dir: cache.dir === undefined ? join(options.path, 'cache') : resolve(options.baseDir, cache.dir),
    key: await keyOf(options),
    seed: recipe.seed,
    shardBytes,
    ...(cache.limit === undefined ? {} : { maxBytes: cache.limit }),
    emit: options.emit,
  })
  if (!single) return tokens
  const epochs = first!.epochs ?? recipe.mix.epochs
  return repeat(tokens, epochs === undefined ? {} : { epochs })
}

/** All that decides what the tokens are. */
async function keyOf({ recipe, tokenizer, baseDir }: CachedTokensOptions): Promise<Json> {
  const { sources, mix, refine, modules = [], data } = recipe
  const { share, by } = data.evaluation
  // An epoch of a single source is the same however often it is read, and whatever it weighs.
  const text = sources.length > 1 ? { sources, mix } : { source: { ...sources[0]!, weight: 1, epochs: 1 } }
  const parts = {
    ...text,
    refine: refine.map(({ rejects: _, workers: __, ...others }) => others),
    modules,
    split: share === 0 ? null : { share, by },
  }
  const files = await filesOf(parts, baseDir)
  return JSON.parse(JSON.stringify({ ...parts, files, tokenizer: tokenizer.toJSON() }))
}

/** Name, size and date of every file that a part of a config names, or means by a glob or as a directory. */
async function filesOf(config: unknown, baseDir: string): Promise<[string, number, number][]> {
  const found = new Map<string, [string, number, number]>()
  for (const path of new Set(stringsIn(config))) {
    // Most strings are no paths.
    for (const file of await resolvePath({ path, baseDir, extensions: [''] }).catch(() => [])) {
      const at = await stat(file.path).catch(() => undefined)
      if (at) found.set(file.path, [file.name, at.size, Math.floor(at.mtimeMs)])
    }
  }
  return [...found.values()]
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string' && value !== '') yield value
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* stringsIn(part)
}
