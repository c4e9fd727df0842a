import { type Observable, Subject } from 'rxjs'
import type { Cursor } from '../contract/frame.ts'
import type { Outcome, Sink } from '../contract/sink.ts'
import type { Source } from '../contract/source.ts'
import type { Stage } from '../contract/stage.ts'
import type { RunEvent, StageCounters } from '../events.ts'
import { splitMemory } from './budget.ts'
import { joinChain } from './chain.ts'
import { execute } from './execute.ts'

export interface RunOptions {
  source: Source
  /** Composed ones are taken apart: counters, cursors and errors name the members. */
  stages: readonly Stage[]
  /** Several at once: `sinks([...])`. */
  sink: Sink
  /** An integer of at most 2^53 - 1. Default 0. */
  seed?: number
  /**
   * Bytes that may be in flight between source and sink, beside the windows that stages declare. Default: 64 MiB; with
   * `memory`, no more than a quarter of it.
   */
  mark?: number
  /** Bytes that the run may use for what is in flight: the mark and twice the windows must fit. Default: not checked. */
  memory?: number
  /** Where to start again: the cursor of the last frame that was consumed. Default: the beginning. */
  from?: Cursor
  /** Where the checkpoint resumed from has what a stage saved: path of a file by the stage's id. Default: nowhere. */
  saved?: (stage: string) => string | undefined
  /** Aborting it is `stop()`. */
  signal?: AbortSignal
  /**
   * Seconds in which nothing moves, the event loop idles and the sink has nothing to do, before a chain counts as stuck. Four
   * times the longest pause seen so far is always granted. Default 5.
   */
  patience?: number
}

export interface RunResult {
  readonly outcome: Exclude<Outcome, 'failed'>
  /** Of the last frame consumed; what the run was started from, where there was none. */
  readonly cursor: Cursor
  /** Wall clock, from opening to closing. */
  readonly seconds: number
  readonly counters: readonly StageCounters[]
}

export interface Run {
  /**
   * Everything the run tells; completes when the run has ended, however it did. Nothing is repeated for late subscribers,
   * but nothing is emitted before the present turn of the event loop is over either.
   */
  readonly events$: Observable<RunEvent>
  /** Rejects with the first error, which names its stage. */
  readonly done: Promise<RunResult>
  /**
   * Ends the run gracefully: nothing more is read, `context.signal` is aborted, what is in flight passes on to the sink,
   * except what a stage has gathered and not yet emitted.
   */
  stop(): void
}

/**
 * Reads the source through the stages into the sink. The parts are opened sink first, then the stages in order; whatever
 * was opened is closed exactly once, the sink with the outcome.
 *
 * @throws ConfigError where two parts have one id, or windows do not fit in `memory`
 * @throws SchemaError where a part does not fit after another; both before anything is opened or read
 */
export function run(options: RunOptions): Run {
  const chain = joinChain(options.source, options.stages, options.sink)
  const windows = chain.stages.flatMap(({ id, window }) => (window === undefined ? [] : [{ id, bytes: window }]))
  const { limit } = splitMemory({ ...options, windows })
  const events = new Subject<RunEvent>()
  const stop = new AbortController()
  if (options.signal?.aborted) stop.abort()
  const follow = () => stop.abort()
  options.signal?.addEventListener('abort', follow, { once: true })
  const done = execute({
    chain,
    limit,
    seed: options.seed ?? 0,
    from: options.from,
    saved: options.saved,
    patience: options.patience ?? 5,
    stop: stop.signal,
    emit: event => events.next(event),
  }).finally(() => {
    options.signal?.removeEventListener('abort', follow)
    events.complete()
  })
  return { events$: events.asObservable(), done, stop: () => stop.abort() }
}
