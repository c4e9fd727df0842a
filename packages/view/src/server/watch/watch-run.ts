import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isLocked, type Json, SluiceError, verdict } from '@sluice/pipeline'
import { type Live, liveFile } from '@sluice/recipe'
import type { Problem, Progress, RunMessage, RunState, RunView } from '../../protocol.ts'
import { type Course, course } from './course.ts'
import type { CurveMark } from './curves.ts'
import { inside } from './inside.ts'
import { stageFlow } from './stages.ts'
import { tail } from './tail.ts'

/** A run's folder, watched from outside: nothing is held open, nothing written, and little read. */
export interface WatchedRun {
  readonly id: string
  readonly path: string
  /** Reads what has come since. @returns whether there is more to be read at once */
  look(): boolean
  readonly view: RunView
  /** What a page that was told so far needs to know now; undefined where that is nothing. */
  message(told: PageState | undefined): { message: RunMessage; state: PageState } | undefined
}

/** Whether a process is at work on it, from which memory and cores would be taken. */
export function isUnderWay(state: RunState): boolean {
  return state === 'training' || state === 'preparing'
}

/** What a page has been told. */
export interface PageState {
  readonly view: RunView
  readonly curves: CurveMark
}

/** @param options.wait whether the folder may yet come into being: the run is about to make it */
export function watchRun({ id, path, wait = false }: { id: string; path: string; wait?: boolean }): WatchedRun {
  const fold = course()
  const flow = stageFlow()
  const log = tail({ path: join(path, 'metrics.jsonl'), line: fold.add, reset: fold.clear })
  let pending = false
  let view = viewOf({ path, state: 'waiting', fold, flow, damaged: 0 })
  const config = cached<Json>(path, 'config.json')
  const live = cached<Live>(path, liveFile)

  return {
    id,
    path,
    get view() {
      return view
    },
    look() {
      try {
        const problem = wait && !exists(path) ? undefined : wrongWith(path)
        if (problem) {
          view = keepSame(view, viewOf({ path, state: 'unreadable', problem, fold, flow, damaged: 0 }))
          return false
        }
        inside(path, 'metrics.jsonl')
        pending = log.read()
        const now = live()
        const state = stateOf(path, now, fold)
        const moment = { ...(now ? { now } : {}), config: config() ?? null, checkpoints: checkpointsOf(path) }
        view = keepSame(view, viewOf({ path, state, fold, flow, damaged: log.damaged, ...moment }))
      } catch (error) {
        const problem = { message: error instanceof SluiceError ? error.toString() : `cannot be read: ${error}` }
        view = keepSame(view, viewOf({ path, state: 'unreadable', problem, fold, flow, damaged: 0 }))
        return false
      }
      return pending
    },
    message(told) {
      const curves = fold.curves.since(told?.curves)
      const changes = changed(told?.view, view)
      if (told && !curves && Object.keys(changes).length === 0) return undefined
      const message: RunMessage = { run: id, whole: !told, view: changes, ...(curves ? { curves } : {}) }
      return { message, state: { view, curves: fold.curves.mark() } }
    },
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Why a folder cannot be shown as a run, in plain words. */
export function wrongWith(path: string): Problem | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return { message: 'there is no such run', advice: 'name the folder of a run, such as runs/quickstart' }
  if (!found.isDirectory()) {
    return {
      message: 'is a file, not the folder of a run',
      advice: 'name the folder of a run, such as runs/quickstart',
    }
  }
  const names = readdirSync(path)
  if (names.includes('metrics.jsonl') || names.includes('lock')) return undefined
  if (names.includes('DONE')) {
    return { message: 'is a single checkpoint', advice: 'name the folder of its run: two folders up' }
  }
  return {
    message: 'is not the folder of a run: it has no metrics.jsonl',
    advice: 'name the folder of a run, such as runs/quickstart, or one that holds runs',
  }
}

/** A small JSON file of the run, read again when it has changed. Half written or damaged, it is as it was before. */
function cached<T>(folder: string, name: string): () => T | undefined {
  let value: T | undefined
  let stamp = ''
  return () => {
    const path = inside(folder, name)
    if (path === undefined) return undefined
    const { mtimeMs, size, ino } = statSync(path)
    const now = `${mtimeMs} ${size} ${ino}`
    if (now === stamp || size > 2 ** 22) return value
    stamp = now
    try {
      value = JSON.parse(readFileSync(path, 'utf8')) as T
    } catch {
      // Tried again when it changes.
    }
    return value
  }
}

function checkpointsOf(path: string): number[] {
  const dir = inside(path, 'checkpoints')
  if (dir === undefined) return []
  const found = readdirSync(dir).flatMap(name => {
    const step = /^step-(\d+)$/.exec(name)?.[1]
    return step !== undefined && inside(dir, name, 'DONE') !== undefined ? [Number(step)] : []
  })
  return found.sort((a, b) => a - b)
}

function stateOf(path: string, now: Live | undefined, { told, last }: Course): RunState {
  if (!exists(path)) return 'waiting'
  if (isLocked(path)) {
    if (now && now.phase !== 'ended') return now.phase
    return last.step > 0 ? 'training' : 'preparing'
  }
  if (now?.phase === 'ended') return now.outcome ?? 'stopped'
  const steps = told.plan?.values.steps
  // Made before runs kept live.json, or by a process that was killed.
  if (now === undefined) return typeof steps === 'number' && last.step >= steps ? 'finished' : 'stopped'
  return 'interrupted'
}

interface Parts {
  readonly path: string
  readonly state: RunState
  readonly problem?: Problem
  readonly fold: Course
  readonly flow: ReturnType<typeof stageFlow>
  readonly damaged: number
  readonly now?: Live
  readonly config?: Json
  readonly checkpoints?: readonly number[]
}

function viewOf({ path, state, problem, fold, flow, damaged, now, config = null, checkpoints = [] }: Parts): RunView {
  const { told } = fold
  const going = isUnderWay(state)
  const stages = now?.counters ? flow.shares(now.counters, now.at / 1000, !going) : []
  const held = going && now?.counters ? verdict(now.counters, [], { target: 'train' })?.message : undefined
  const torn = `${damaged === 1 ? '1 line' : `${damaged} lines`} of metrics.jsonl cannot be read and ${damaged === 1 ? 'is' : 'are'} left out`
  return {
    ...told,
    name: basename(path),
    state,
    ...(problem ? { problem } : {}),
    config,
    checkpoints,
    stages,
    ...(held ? { verdict: held } : {}),
    warnings: damaged > 0 ? [...told.warnings, { stage: 'view', message: torn }] : told.warnings,
    progress: progressOf(fold, state),
    ...(now ? { now } : {}),
  }
}

function progressOf({ told, last }: Course, state: RunState): Progress {
  const steps = told.plan?.values.steps
  const known = typeof steps === 'number' ? { steps } : {}
  const left = typeof steps === 'number' && last.step > 0 && state === 'training' ? steps - last.step : undefined
  return {
    ...last,
    ...known,
    ...(left === undefined ? {} : { secondsLeft: (left * last.seconds) / last.step }),
  }
}

/** Members that say the same stay the same objects, so that what has changed is told by identity. */
function keepSame(before: RunView, after: RunView): RunView {
  const kept = Object.entries(after).map(([name, value]) => {
    const old = before[name as keyof RunView]
    return [name, old === value || JSON.stringify(old) === JSON.stringify(value) ? old : value]
  })
  return Object.fromEntries(kept) as RunView
}

function changed(before: RunView | undefined, after: RunView): Partial<RunView> {
  if (!before) return after
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof RunView>
  const different = [...names].filter(name => before[name] !== after[name])
  // What is gone is told as null: JSON has no undefined.
  return Object.fromEntries(different.map(name => [name, after[name] ?? null]))
}
