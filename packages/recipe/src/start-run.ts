import type { RunEvent } from '@sluice/pipeline'
import { type Observable, Subject } from 'rxjs'
import type { LoadedRecipe } from './load-recipe.ts'
import { perform } from './perform.ts'
import type { RunSummary } from './summary.ts'

export interface RunOptions extends LoadedRecipe {
  /** Folder that holds the runs; this one's folder has the recipe's name. */
  readonly runsDir: string
  /** `create` refuses a run that is there already, `overwrite` replaces it, `resume` goes on from its latest checkpoint. */
  readonly mode: 'create' | 'overwrite' | 'resume'
  /** Aborting it lets the run write a checkpoint and end with the outcome `stopped`. */
  readonly signal?: AbortSignal
}

export interface StartedRun {
  /** Everything the run tells, in the order in which it happens; completes when `done` has settled. Nothing is repeated. */
  readonly events$: Observable<RunEvent>
  /** Rejects with the first error. */
  readonly done: Promise<RunSummary>
}

/** Starts what a recipe describes: prepares, trains, writes checkpoints, reports. Nothing is emitted before the caller's turn is over. */
export function startRun(options: RunOptions): StartedRun {
  const events = new Subject<RunEvent>()
  const signal = options.signal ?? new AbortController().signal
  const done = Promise.resolve()
    .then(() => perform({ ...options, signal, publish: event => events.next(event) }))
    .finally(() => events.complete())
  return { events$: events.asObservable(), done }
}
