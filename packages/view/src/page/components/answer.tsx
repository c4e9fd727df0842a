import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useRun } from '../api/run-context.ts'
import type { Answer } from '../api/use-answer.ts'
import { Notice } from './notice.tsx'

export interface AnsweredProps<T> {
  readonly of: Answer<T>
  /** What is being done, while there is nothing to show: "Reading the weights". */
  readonly doing: string
  readonly children: (data: T) => ComponentChildren
}

/** What came of a question: the answer, that it is on its way, or why there is none. */
export function Answered<T>({ of: { data, loading, fault }, doing, children }: AnsweredProps<T>) {
  const { whileTraining, allowWhileTraining } = useRun()
  if (fault?.training && !whileTraining) {
    return (
      <Notice kind="ask" title="The run is under way">
        <p>Answering this takes its weights, and memory and time of the machine that trains.</p>
        <button type="button" onClick={allowWhileTraining}>
          Ask all the same
        </button>
      </Notice>
    )
  }
  if (fault) {
    return (
      <Notice kind="fault" title="That cannot be shown">
        <p>
          {fault.message}
          {fault.advice && `; ${fault.advice}`}
        </p>
      </Notice>
    )
  }
  if (data === undefined) {
    return loading ? (
      <p class="doing">
        <span role="status">{doing} …</span> <Elapsed />
      </p>
    ) : null
  }
  return (
    <div class={`answered ${loading ? 'stale' : ''}`} aria-busy={loading}>
      {children(data)}
    </div>
  )
}

/** Seconds since it appeared, once they are two: so that one sees that it goes on. Not read out. */
function Elapsed() {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds(before => before + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return seconds < 2 ? null : <span aria-hidden="true">{seconds} s</span>
}
