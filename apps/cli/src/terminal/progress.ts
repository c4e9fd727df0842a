import type { RunEvent, StageCounters } from '@sluice/pipeline'
import { bottleneck } from './bottleneck.ts'

/** What can be said of a run at this moment: a fold over its events. */
export interface Progress {
  readonly preparing?: { readonly what: string; readonly detail: string; readonly share?: number }
  /** From here on: undefined until the first training step. */
  readonly step?: number
  readonly steps?: number
  readonly loss?: number
  readonly tokensPerSecond?: number
  readonly secondsLeft?: number
  readonly evaluation?: { readonly step: number; readonly loss: number }
  /** What lies between source and sink, and who holds how much of it: the largest first, those under 1 MB left out. */
  readonly holding?: {
    readonly bytes: number
    readonly parts: readonly { readonly id: string; readonly bytes: number }[]
  }
  /** Which stage the others wait for. */
  readonly bottleneck?: string
}

/** Steps that the speed is taken over. */
const window = 40

/** @param now seconds on a clock that never goes back */
export function trackProgress(now: () => number): { update(event: RunEvent): void; readonly current: Progress } {
  let current: Progress = {}
  let counters: readonly StageCounters[] = []
  const times: { at: number; tokens: number }[] = []
  return {
    get current() {
      return current
    },
    update(event) {
      if (event.type === 'preparing') {
        const { what, detail, share } = event
        current = { ...current, preparing: { what, detail, ...(share === undefined ? {} : { share }) } }
      } else if (event.type === 'note' && typeof event.values?.steps === 'number') {
        current = { ...current, steps: event.values.steps }
      } else if (event.type === 'progress') {
        const slowest = bottleneck(event.counters, counters)
        if (slowest) current = { ...current, bottleneck: slowest }
        current = { ...current, holding: holdingOf(event.counters) }
        counters = event.counters
      } else if (event.type === 'evaluation' && event.values.loss !== undefined) {
        current = { ...current, evaluation: { step: event.step, loss: event.values.loss } }
      } else if (event.type === 'metric') {
        times.push({ at: now(), tokens: event.values.tokens ?? 0 })
        if (times.length > window) times.shift()
        const { preparing: _, ...rest } = current
        current = { ...rest, step: event.step, ...speed(times, event.step, current.steps) }
        if (event.values.loss !== undefined) current = { ...current, loss: event.values.loss }
      }
    },
  }
}

function holdingOf(counters: readonly StageCounters[]): NonNullable<Progress['holding']> {
  const parts = counters.map(({ id, held }) => ({ id, bytes: held })).sort((a, b) => b.bytes - a.bytes)
  return { bytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts: parts.filter(part => part.bytes >= 1e6) }
}

/** From the clock, so that evaluations, samples and checkpoints count in the time left. */
function speed(times: readonly { at: number; tokens: number }[], step: number, steps: number | undefined) {
  const first = times[0]!
  const seconds = times.at(-1)!.at - first.at
  if (times.length < 2 || seconds <= 0) return {}
  const tokens = times.slice(1).reduce((sum, time) => sum + time.tokens, 0)
  const left = steps === undefined ? {} : { secondsLeft: ((steps - step) * seconds) / (times.length - 1) }
  return { tokensPerSecond: tokens / seconds, ...left }
}
