import { StateError } from '@sluice/pipeline'
import { inspect, inspectionJson, type OpenRun, type OpenRunOptions, openRun, type QuestionName } from '@sluice/recipe'
import { refuseLinksOut } from '../watch/inside.ts'
import { typedJson } from './typed-json.ts'

/** A question as it crosses to the thread that answers it. */
export interface AskedOf {
  /** Number of the question, by which it may be stopped. */
  readonly number: number
  readonly path: string
  readonly name: string
  readonly params: unknown
  /** Whether typed arrays come as base64: see `typedJson`. */
  readonly typed: boolean
}

/** Nobody waits for the answer to a question any more. */
export interface Stop {
  readonly stop: number
}

/** Runs held open, with their models: the page shows one at a time. */
const mostOpen = 2

/**
 * Answers questions of runs, one after the other: they share the machine's cores and memory with each other anyway.
 *
 * @returns the answer as JSON
 */
export function answering(options: OpenRunOptions): {
  ask(question: AskedOf): Promise<Uint8Array<ArrayBuffer>>
  stop(number: number): void
} {
  const opened = new Map<string, OpenRun>()
  const stopping = new Map<number, AbortController>()
  let before: Promise<unknown> = Promise.resolve()

  const openedRun = async (path: string): Promise<OpenRun> => {
    const run = opened.get(path) ?? (await openRun(path, options))
    // The latest stands last.
    opened.delete(path)
    opened.set(path, run)
    for (const [other, old] of opened) {
      if (opened.size <= mostOpen) break
      opened.delete(other)
      old.dispose()
    }
    return run
  }
  return {
    ask({ number, path, name, params, typed }) {
      const wanted = new AbortController()
      stopping.set(number, wanted)
      const { signal } = wanted
      const answer = before.then(async () => {
        try {
          signal.throwIfAborted()
          refuseLinksOut(path)
          const result = await inspect(await openedRun(path), name as QuestionName, params, { signal })
          return new TextEncoder().encode(typed ? typedJson(result) : inspectionJson(result))
        } finally {
          stopping.delete(number)
        }
      })
      before = answer.catch(() => {})
      return answer
    },
    stop: number => stopping.get(number)?.abort(new StateError('nobody waits for the answer')),
  }
}
