import { writeDocuments } from '@sluice/ingest'
import {
  checkConfig,
  type Documents,
  type RunEvent,
  type RunResult,
  run,
  type Sink,
  type Source,
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
      const running = refiningRun(recipe, corpus.once(), corpus.refine(true), sink, options.signal)
      running.events$.subscribe(event => events.next(event))
      return running.done
    })
    .finally(() => events.complete())
  return { events$: events.asObservable(), done }
}

/**
 * Some documents of a recipe as they are after its first `stages` refining stages: `count` of each source at most. The first documents of
 * a mix may all be of one source, so each is read and refined by itself here: what a stage keeps of one is not held against the next.
 */
export async function peekDocuments(
  options: LoadedRecipe & { readonly stages: number; readonly count: number; emit?(event: RunEvent): void },
): Promise<Record<string, unknown>[]> {
  const { stages, count } = options
  const { recipe, corpus } = openRefining(options, event => options.emit?.(event))
  const rows: Record<string, unknown>[] = []
  for (const source of corpus.each()) {
    const end = rows.length + count
    const stop = new AbortController()
    const sink: Sink<Documents> = {
      id: 'peek',
      consume({ batch }) {
        for (let i = 0; i < batch.numRows && rows.length < end; i++) rows.push({ ...batch.get(i)!.toJSON() })
        if (rows.length >= end) stop.abort()
      },
    }
    await refiningRun(recipe, source, corpus.refine(false, true).slice(0, stages), sink, stop.signal).done
  }
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

function refiningRun(
  recipe: Recipe,
  source: Source<Documents>,
  stages: Stage[],
  sink: Sink,
  signal: AbortSignal | undefined,
) {
  const { seed, memory } = recipe
  const mark = Math.min(Math.floor(memory / 4), 16 * 2 ** 20)
  return run({ source, stages, sink, seed, memory, mark, ...(signal ? { signal } : {}) })
}
