import { useEffect, useState } from 'preact/hooks'
import type { RunList, RunMessage, RunView } from '../../protocol.ts'
import { get } from './client.ts'
import { extend, type KnownCurves, noCurves } from './curves.ts'

/** A run as the page knows it now. */
export interface KnownRun {
  readonly id: string
  readonly view: RunView
  readonly curves: KnownCurves
}

export interface Watched {
  readonly runs: ReadonlyMap<string, KnownRun>
  /** Whether the server answers. */
  readonly connected: boolean
}

/** Follows runs by their ids, as the server tells of them. */
export function useWatched(ids: readonly string[]): Watched {
  const [watched, setWatched] = useState<Watched>({ runs: new Map(), connected: true })
  const key = JSON.stringify(ids)
  useEffect(() => {
    if (ids.length === 0) return
    const search = new URLSearchParams(ids.map(id => ['run', id]))
    const events = new EventSource(`/api/events?${search}`)
    events.onopen = () => setWatched(({ runs }) => ({ runs, connected: true }))
    events.onerror = () => setWatched(({ runs }) => ({ runs, connected: false }))
    events.onmessage = ({ data }) => {
      const message = JSON.parse(data as string) as RunMessage
      setWatched(({ runs }) => ({ connected: true, runs: new Map(runs).set(message.run, told(runs, message)) }))
    }
    return () => events.close()
  }, [key])
  return watched
}

function told(runs: ReadonlyMap<string, KnownRun>, { run, whole, view, curves }: RunMessage): KnownRun {
  const before = whole ? undefined : runs.get(run)
  const known = before?.curves ?? noCurves
  return {
    id: run,
    view: { ...before?.view, ...view } as RunView,
    curves: curves ? extend(known, curves) : known,
  }
}

export function useRunList(): { list: RunList['runs']; fault?: string } {
  const [list, setList] = useState<{ list: RunList['runs']; fault?: string }>({ list: [] })
  useEffect(() => {
    get<RunList>('/api/runs').then(
      ({ runs }) => setList({ list: runs }),
      error => setList({ list: [], fault: (error as Error).message }),
    )
  }, [])
  return list
}
