import type { RunEvent } from '@sluice/pipeline'

/** What the summary needs of a run's events. */
export interface Tally {
  readonly step: number
  /** Targets trained on, and the seconds the steps took. */
  readonly tokens: number
  readonly seconds: number
  /** Mean of the last steps' losses. */
  readonly loss?: number
  readonly evaluation?: Readonly<Record<string, number>>
  readonly sample?: { readonly step: number; readonly prompt: string; readonly text: string }
  readonly notes: readonly string[]
}

/** Steps the training loss is averaged over: one batch's alone jumps. */
const lastSteps = 10

export function startTally(step: number): { add(event: RunEvent): void; readonly result: Tally } {
  const losses: number[] = []
  let result: Tally = { step, tokens: 0, seconds: 0, notes: [] }
  return {
    get result() {
      return result
    },
    add(event) {
      if (event.type === 'metric') {
        const { loss, tokens = 0, seconds = 0 } = event.values
        if (loss !== undefined) losses.push(loss)
        if (losses.length > lastSteps) losses.shift()
        const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length
        result = { ...result, step: event.step, tokens: result.tokens + tokens, seconds: result.seconds + seconds }
        if (losses.length > 0) result = { ...result, loss: mean }
      } else if (event.type === 'evaluation') result = { ...result, evaluation: event.values }
      else if (event.type === 'sample') {
        result = { ...result, sample: { step: event.step, prompt: event.prompt, text: event.text } }
      } else if (event.type === 'note' && event.stage !== 'recipe') {
        result = { ...result, notes: [...result.notes, `${event.stage}: ${event.message}`] }
      }
    },
  }
}
