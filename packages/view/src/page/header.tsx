import { duration, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import type { RunList, RunState } from '../protocol.ts'
import type { KnownRun } from './api/runs.ts'
import { applyTheme, storedTheme, type Theme } from './components/theme.ts'
import { views } from './views/index.ts'
import type { View } from './views/view.ts'

export interface HeaderProps {
  readonly view: View
  readonly run: KnownRun | undefined
  readonly list: RunList['runs']
  readonly connected: boolean
  onRun(id: string): void
}

export function Header({ view, run, list, connected, onRun }: HeaderProps) {
  return (
    <header class="bar-top">
      <div>
        <div class="line">
          <a class="mark" href="#/run">
            <img src="/icon.svg" alt="" />
            Sluice
          </a>
          {list.length > 1 ? (
            <select
              aria-label="Run"
              class="run-name"
              value={run?.id}
              onChange={event => onRun(event.currentTarget.value)}
            >
              {list.map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          ) : (
            <span class="run-name">{run?.view.name}</span>
          )}
          {run && <State run={run} connected={connected} />}
          <span class="grow" />
          <ThemeButton />
        </div>
        <nav class="views" aria-label="Views">
          {views.map(({ path, name }) => (
            <a key={path} href={`#/${path}`} aria-current={path === view.path ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </div>
    </header>
  )
}

const words: Readonly<Record<RunState, string>> = {
  waiting: 'waiting for the run to begin',
  preparing: 'preparing',
  training: 'training',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted: its process is gone',
  unreadable: 'cannot be read',
}

function State({ run, connected }: { run: KnownRun; connected: boolean }) {
  if (!connected) {
    return (
      <span class="state lost" role="status">
        <i />
        the server is gone: start pipeline view again
      </span>
    )
  }
  const { state, progress } = run.view
  const { step, steps, secondsLeft } = progress
  const at = step > 0 ? `, step ${whole(step)}${steps === undefined ? '' : ` of ${whole(steps)}`}` : ''
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`
  return (
    <span class={`state ${state}`}>
      <i />
      {words[state]}
      {at}
      {left}
    </span>
  )
}

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' }

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const change = () => {
    applyTheme(next[theme])
    setTheme(next[theme])
  }
  return (
    <button type="button" onClick={change} title="Light, dark, or as the system has it">
      <span aria-hidden="true">{signs[theme]}</span> {theme === 'system' ? 'as the system' : theme}
    </button>
  )
}
