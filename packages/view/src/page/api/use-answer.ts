import type { QuestionName, Questions } from '@sluice/recipe/inspect'
import { useEffect, useState } from 'preact/hooks'
import { ask, Refused } from './client.ts'
import { useRun } from './run-context.ts'

export interface Answer<T> {
  /** The latest; of the question before as long as the new one is not answered. */
  readonly data?: T
  readonly loading: boolean
  readonly fault?: { readonly message: string; readonly advice?: string | undefined; readonly training: boolean }
}

/**
 * Asks a question of the run, and again whenever its parameters change, once they have been at rest for a moment. An answer that
 * is no longer wanted is dropped, and the server told so.
 *
 * @param params undefined: nothing to ask yet
 * @param options.after milliseconds of rest. Default: 250
 * @param options.again anything: another value asks anew
 */
export function useAnswer<N extends QuestionName>(
  name: N,
  params: Questions[N]['params'] | undefined,
  { after = 250, again }: { after?: number; again?: unknown } = {},
): Answer<Questions[N]['result']> {
  const { run, whileTraining } = useRun()
  const [answer, setAnswer] = useState<Answer<Questions[N]['result']>>({ loading: params !== undefined })
  const key = params === undefined ? undefined : JSON.stringify([run.id, name, params, whileTraining, again])
  // Once the run has ended, what was refused may be asked.
  const going = run.view.state === 'training' || run.view.state === 'preparing'
  const retry = answer.fault?.training === true && !going
  useEffect(() => {
    if (params === undefined) {
      setAnswer({ loading: false })
      return
    }
    const stop = new AbortController()
    setAnswer(({ data }) => ({ loading: true, ...(data === undefined ? {} : { data }) }))
    const timer = setTimeout(() => {
      ask(name, params, { run: run.id, whileTraining, signal: stop.signal }).then(
        data => setAnswer({ loading: false, data }),
        error => {
          if (stop.signal.aborted) return
          const { message, advice, training } = error instanceof Refused ? error : plain(error)
          setAnswer({ loading: false, fault: { message, advice, training } })
        },
      )
    }, after)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [key, retry])
  return answer
}

function plain(error: unknown): { message: string; advice?: undefined; training: false } {
  return { message: `the server does not answer (${(error as Error).message})`, training: false }
}
