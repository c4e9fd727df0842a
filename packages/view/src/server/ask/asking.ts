import { ConfigError } from '@sluice/pipeline'
import { inspect, type OpenRun, type QuestionName } from '@sluice/recipe'

/** Opens a run for questions. It loads nothing before it is asked. */
export type Opener = (path: string) => Promise<OpenRun> | OpenRun

export interface Asking {
  /**
   * Asks a question of a run, after those before it: they share the machine's cores and memory with each other anyway.
   *
   * @param signal aborted once nobody waits for the answer any more
   */
  ask(path: string, name: string, params: unknown, signal: AbortSignal): Promise<unknown>
  /** Frees the models that are held. */
  close(): void
}

/** Questions that cost a run under way nothing to speak of: they read its files and compute little. */
const light: ReadonlySet<string> = new Set<QuestionName>(['about', 'tokens', 'compare', 'blame'])

/** Whether answering takes the run's weights. */
export function isHeavy(name: string): boolean {
  return !light.has(name)
}

/** Runs held open, with their models: the page shows one at a time. */
const mostOpen = 2

export function asking(open: Opener): Asking {
  const opened = new Map<string, OpenRun>()
  let before: Promise<unknown> = Promise.resolve()
  let closed = false

  const openedRun = async (path: string): Promise<OpenRun> => {
    const known = opened.get(path)
    const run = known ?? (await open(path))
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
    ask(path, name, params, signal) {
      const answer = before.then(async () => {
        signal.throwIfAborted()
        if (closed) throw new ConfigError('the page is closed')
        return inspect(await openedRun(path), name as QuestionName, params, { signal })
      })
      before = answer.catch(() => {})
      return answer
    },
    close() {
      closed = true
      for (const run of opened.values()) run.dispose()
      opened.clear()
    },
  }
}
