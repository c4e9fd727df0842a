import { writeDocuments } from '@sluice/ingest'
import {
  checkConfig,
  type Documents,
  type RunEvent,
  type RunResult,
  run,
  type Sink,
  type Stage,
} from '@sluice/pipeline'
import { type Observable, Subject } from 'rxjs'
import { type Corpus, openCorpus } from './corpus.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import type { Recipe } from './recipe.ts'
import { recipeSchema } from './schema/recipe.ts'

export interface RefineOptions extends LoadedRecipe {
  /** File to write: `.jsonl`, `.parquet`, `.arrow`, see `writeDocuments`. */
  readonly out: string
  readonly signal?: AbortSignal
}

export interface Refining {
  readonly events$: Observable<RunEvent>
  readonly done: Promise<RunResult>
}

/**
 * Runs the sources and refining stages of a recipe once through, and writes the documents that are left. The recipe may be one for
 * training, or have no more than a name, sources and refining stages.
 */
export function startRefining(options: RefineOptions): Refining {
  const events = new Subject<RunEvent>()
  const done = Promise.resolve()
    .then(() => {
      const { recipe, corpus } = openRefining(options, event => events.next(event))
      const sink = writeDocuments({ path: options.out })
      const running = refiningRun(recipe, corpus, corpus.refine(true), sink, options.signal)
      running.events$.subscribe(event => events.next(event))
      return running.done
    })
    .finally(() => events.complete())
  return { events$: events.asObservable(), done }
}

/** Documents of a recipe as they are after its first `stages` refining stages. */
export async function peekDocuments(
  options: LoadedRecipe & { readonly stages: number; readonly count: number; emit?(event: RunEvent): void },
): Promise<Record<string, unknown>[]> {
  const { recipe, corpus } = openRefining(options, event => options.emit?.(event))
  const rows: Record<string, unknown>[] = []
  const stop = new AbortController()
  const sink: Sink<Documents> = {
    id: 'peek',
    consume({ batch }) {
      for (let i = 0; i < batch.numRows && rows.length < options.count; i++) rows.push({ ...batch.get(i)!.toJSON() })
      if (rows.length >= options.count) stop.abort()
    },
  }
  await refiningRun(recipe, corpus, corpus.refine().slice(0, options.stages), sink, stop.signal).done
  return rows
}

function openRefining(options: LoadedRecipe, emit: (event: RunEvent) => void): { recipe: Recipe; corpus: Corpus } {
  const { config, registry, loaded, baseDir } = options
  const schema = recipeSchema(registry).partial({ tokenizer: true, model: true, train: true })
  const recipe = checkConfig(schema, loaded ? { ...loaded, value: config } : config) as unknown as Recipe
  const { signal } = new AbortController()
  return {
    recipe,
    corpus: openCorpus(recipe, registry, { baseDir, seed: recipe.seed, signal, emit }),
  }
}

function refiningRun(recipe: Recipe, corpus: Corpus, stages: Stage[], sink: Sink, signal: AbortSignal | undefined) {
  const { seed, memory } = recipe
  const mark = Math.min(Math.floor(memory / 4), 16 * 2 ** 20)
  return run({ source: corpus.once(), stages, sink, seed, memory, mark, ...(signal ? { signal } : {}) })
}
