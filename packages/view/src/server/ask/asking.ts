import { type Crew, crew, threadProgram } from '@sluice/pipeline'
import type { OpenRunOptions, QuestionName } from '@sluice/recipe'
import type { AskedOf } from './answering.ts'

export interface Asking {
  /**
   * Asks a question of a run, after those before it.
   *
   * @param signal aborted once nobody waits for the answer any more
   * @returns the answer as JSON, UTF-8
   */
  ask(question: Omit<AskedOf, 'number'>, signal: AbortSignal): Promise<Uint8Array>
  /** Starts the threads ahead of the first question, which takes a second; the one that has the weights only where it will be asked. */
  prepare(options: { heavy: boolean }): void
  close(): Promise<void>
}

/** Questions that cost a run under way nothing to speak of: they read its files and compute little. */
const light: ReadonlySet<string> = new Set<QuestionName>(['about', 'tokens', 'compare', 'blame'])

/** Whether answering takes the run's weights. */
export function isHeavy(name: string): boolean {
  return !light.has(name)
}

/**
 * Answers on threads of their own, so that however long a question takes, pages are told at once what the run does. One thread has the
 * weights; another answers what needs none, which is not to wait for the first. Each starts with its first question.
 */
export function asking(options: OpenRunOptions): Asking {
  const program = threadProgram(import.meta.url, './worker')
  const one = (name: string): Crew => crew({ name, program, threads: 1, started: options })
  const crews = { light: one('the thread that reads runs'), heavy: one('the thread that looks inside runs') }
  let number = 0
  return {
    async ask(question, signal) {
      signal.throwIfAborted()
      const { ask } = isHeavy(question.name) ? crews.heavy : crews.light
      const asked: AskedOf = { ...question, number: number++ }
      const stop = () => {
        // Where the thread is gone, so is the question.
        ask(() => ({ ask: { stop: asked.number } })).catch(() => {})
      }
      signal.addEventListener('abort', stop, { once: true })
      try {
        return (await ask(() => ({ ask: asked }))) as Uint8Array
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    prepare({ heavy }) {
      // What is wrong with a thread the first question tells.
      for (const { ask } of heavy ? [crews.light, crews.heavy] : [crews.light]) {
        ask(() => ({ ask: { stop: -1 } })).catch(() => {})
      }
    },
    async close() {
      await Promise.all([crews.light.close(), crews.heavy.close()])
    },
  }
}
