import type { Frame } from '../../contract/frame.ts'
import type { Sink } from '../../contract/sink.ts'
import type { Source } from '../../contract/source.ts'
import type { Stage } from '../../contract/stage.ts'
import { type RunResult, run } from '../../runtime/run.ts'
import { type Holdings, holdings, settled } from './holdings.ts'

/** One case of a life cycle: `run` rejects with what was wrong. */
export interface LifeCycleCase {
  readonly name: string
  run(): Promise<void>
}

export type Counts = () => Readonly<Record<string, number>>

/** A case after which nothing may be held that was not held before. */
export function lifeCycleCase(name: string, others: Counts | undefined, body: () => Promise<void>): LifeCycleCase {
  return {
    name,
    async run() {
      const before: Holdings = holdings(others)
      await body()
      const held = await settled(before, others)
      if (held.length > 0) throw new Error(`still held after "${name}": ${held.join(', ')}`)
    },
  }
}

export function expectThat(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message())
}

/** The error that a promise rejects with; a promise that does not is a fault. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  expectThat(outcome instanceof Error, () => `${what} did not fail`)
  return outcome
}

/** So long is nothing under way but what hangs: a source may start a thread for each position, on a machine that is busy. */
const longest = 150

/** What a promise gives, unless it never comes. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${longest} s`)), longest * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A run that is stopped after so many frames; or whose sink then throws `fault`. */
export function running(of: {
  source: Source
  stages?: readonly Stage[]
  after: number
  fault?: Error
}): Promise<RunResult> {
  let consumed = 0
  const sink: Sink = {
    id: 'sink of the case',
    consume() {
      if (++consumed < of.after) return
      if (of.fault) throw of.fault
      started.stop()
    },
  }
  const started = run({ source: of.source, stages: of.stages ?? [], sink, mark: 64 * 1024, patience: 1, seed: 1 })
  return started.done
}

/** Rows by what tells them apart. */
export function namesOf(frames: readonly Pick<Frame, 'batch'>[]): string[] {
  return frames.flatMap(({ batch }) => batch.toArray().map(row => JSON.stringify(row, plain)))
}

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/**
 * Goes on after frames of a reading, each of a few and some of many: what was before and what comes then must be the whole.
 *
 * @param place where a frame is gone on from, as it is told of
 */
export async function expectGoesOn<F extends Pick<Frame, 'batch'>>(
  frames: readonly F[],
  { place, goOn }: { place(frame: F): string; goOn(after: F): Promise<readonly Pick<Frame, 'batch'>[]> },
): Promise<void> {
  const rows = JSON.stringify(namesOf(frames))
  const step = Math.max(1, Math.floor(frames.length / 8))
  for (let i = 0; i < frames.length; i += step) {
    const after = frames[i]!
    const rest = await goOn(after)
    expectThat(
      JSON.stringify(namesOf([...frames.slice(0, i + 1), ...rest])) === rows,
      () => `after ${place(after)} it does not go on with what was left`,
    )
  }
}
