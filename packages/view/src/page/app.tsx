import { useEffect, useMemo, useState } from 'preact/hooks'
import { RunContext } from './api/run-context.ts'
import { useRunList, useWatched } from './api/runs.ts'
import { Notice } from './components/notice.tsx'
import { Header } from './header.tsx'
import { useRoute } from './route.ts'
import { views } from './views/index.ts'

/** The page: which run, which view, and what every view knows. */
export function App() {
  const { list, fault } = useRunList()
  const [id, setId] = useState<string>()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [whileTraining, setWhileTraining] = useState(false)
  const current = id ?? list[0]?.id
  const ids = current === undefined ? [] : [current, ...chosen.filter(other => other !== current)]
  const { runs, connected } = useWatched(ids)
  const path = useRoute()
  const view = views.find(each => each.path === path) ?? views[0]!
  const run = current === undefined ? undefined : runs.get(current)

  useEffect(() => {
    document.title = run ? `${view.name} · ${run.view.name} · Sluice` : 'Sluice'
  }, [view, run?.view.name])
  const context = useMemo(
    () =>
      run && {
        run,
        list,
        chosen,
        others: chosen.flatMap(other => (other === run.id ? [] : (runs.get(other) ?? []))),
        lay: (other: string, over: boolean) =>
          setChosen(before => (over ? [...before, other] : before.filter(each => each !== other))),
        whileTraining,
        allowWhileTraining: () => setWhileTraining(true),
      },
    [run, runs, list, chosen, whileTraining],
  )
  const View = view.component
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        To the content
      </button>
      <Header view={view} run={run} list={list} connected={connected} onRun={setId} />
      <main id="main" tabIndex={-1}>
        {fault && (
          <Notice kind="fault" title="The server does not let this page in">
            <p>{fault}</p>
          </Notice>
        )}
        {!fault && !context && <p class="doing">Reading the run …</p>}
        {context && (
          <RunContext.Provider value={context}>
            <div class="title">
              <h1>{view.question}</h1>
              <p>{view.lead}</p>
            </div>
            {context.run.view.problem && (
              <Notice kind="fault" title="This folder cannot be shown">
                <p>
                  {context.run.view.problem.message}
                  {context.run.view.problem.advice && `; ${context.run.view.problem.advice}`}
                </p>
              </Notice>
            )}
            <View key={`${context.run.id} ${view.path}`} />
          </RunContext.Provider>
        )}
      </main>
    </div>
  )
}
