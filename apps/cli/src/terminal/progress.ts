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

/** From the clock, so that evaluations, samples and checkpoints count in the time left. */
function speed(times: readonly { at: number; tokens: number }[], step: number, steps: number | undefined) {
  const first = times[0]!
  const seconds = times.at(-1)!.at - first.at
  if (times.length < 2 || seconds <= 0) return {}
  const tokens = times.slice(1).reduce((sum, time) => sum + time.tokens, 0)
  const left = steps === undefined ? {} : { secondsLeft: ((steps - step) * seconds) / (times.length - 1) }
  return { tokensPerSecond: tokens / seconds, ...left }
}
