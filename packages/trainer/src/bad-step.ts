import { TrainingError } from '@sluice/pipeline'

/** What happens to a step whose loss or gradient is not finite, or whose loss is a spike. */
export const badStepPolicies = ['stop', 'skip', 'rewind'] as const
export type BadStepPolicy = (typeof badStepPolicies)[number]

export interface BadStepOptions {
  /**
   * `skip` leaves weights and moments as they are and goes on with the next batch; `rewind` takes them back to an earlier snapshot
   * first, since what a spike shows has often gone wrong in the steps before it. Default: `stop`.
   */
  onBadStep?: BadStepPolicy | undefined
  /** So many steps in a row are skipped, or rewinds go to the same snapshot; one more stops training. Default: 10. */
  maxBadSteps?: number | undefined
  /** A loss above so many times the running mean of earlier ones is bad too. Default: none is. */
  spike?: number | undefined
}

/** What judging goes by, as it must be after a resume. */
export interface BadStepState {
  /** Running mean of the losses of good steps. */
  readonly mean: number
  /** Good steps that it is of. */
  readonly seen: number
  /** Skipped steps, those that were taken back included. */
  readonly skipped: number
  /** Steps skipped since the last good one, or rewinds to the same step. */
  readonly inRow: number
  /** The step that the last rewind went to. */
  readonly rewoundTo?: number
}

/** A step that must not change the weights. */
export interface BadStep {
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
  readonly reason: string
  readonly action: BadStepPolicy
  readonly documents: readonly DocumentName[]
  /** Of a rewind, the step after which weights and moments are what they are again. */
  readonly rewoundTo?: number
}

export interface DocumentName {
  readonly doc_id: string
  readonly source: string
}

/** Good steps that the running mean is of before anything is a spike: the first losses fall too quickly to tell. */
const beforeJudging = 20
/** Steps that the running mean looks back over. */
const horizon = 100
/** What is known before the first step. */
const nothing: BadStepState = { mean: 0, seen: 0, skipped: 0, inRow: 0 }

interface Found {
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
}

/** Tells good steps from bad ones, and counts both. */
export function badStepJudge(options: BadStepOptions, known?: BadStepState) {
  const { onBadStep = 'stop', maxBadSteps = 10, spike } = options
  let state: BadStepState = known ?? nothing

  const reasonOf = ({ loss, gradNorm }: Found): string | undefined => {
    if (!Number.isFinite(loss)) return `the loss is ${loss}`
    if (!Number.isFinite(gradNorm)) return `the gradient's norm is ${gradNorm}`
    const { mean, seen } = state
    if (spike === undefined || seen < beforeJudging || loss <= spike * mean) return undefined
    return `the loss is ${loss.toFixed(3)}, more than ${spike} times the running mean of ${mean.toFixed(3)}`
  }

  return {
    get state(): BadStepState {
      return state
    },
    /** What is wrong with the step and what is to be done; undefined for a good one. Counts it. */
    judge(found: Found, documents: () => readonly DocumentName[]): BadStep | undefined {
      const reason = reasonOf(found)
      if (reason === undefined) {
        const seen = state.seen + 1
        const mean = state.mean + (found.loss - state.mean) / Math.min(seen, horizon)
        state = { ...state, mean, seen, inRow: onBadStep === 'skip' ? 0 : state.inRow }
        return undefined
      }
      const action = onBadStep === 'skip' && state.inRow >= maxBadSteps ? 'stop' : onBadStep
      if (action === 'skip') state = { ...state, skipped: state.skipped + 1, inRow: state.inRow + 1 }
      return { ...found, reason, action, documents: documents() }
    },
    /**
     * Goes back to what was known after an earlier step; all since then count as skipped, the bad one included.
     *
     * @returns whether that may be: not more than so many times to the same step
     */
    rewind(bad: BadStep, { step: rewoundTo, judged = nothing }: { step: number; judged?: BadStepState | undefined }) {
      const inRow = state.rewoundTo === rewoundTo ? state.inRow + 1 : 1
      if (inRow > maxBadSteps) return false
      state = { ...judged, skipped: judged.skipped + bad.step - rewoundTo, inRow, rewoundTo }
      return true
    },
    /** What is thrown for one that stops training. */
    error({ step, reason, documents }: BadStep, because = ''): TrainingError {
      const names = documents.map(({ source, doc_id }) => `${source}/${doc_id}`)
      const weights = step === 1 ? 'the initial ones' : `as they were after step ${step - 1}`
      const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '')
      const after = state.inRow > 0 ? before(state) : ''
      return new TrainingError(`step ${step}: ${reason}${after}${because}`, {
        place: shown ? `documents ${shown}` : 'a batch that names no documents',
        advice: `the weights are ${weights}; lower learningRate, lengthen warmup, or look at these documents`,
      })
    },
  }
}

function before({ inRow, rewoundTo }: BadStepState): string {
  if (rewoundTo === undefined) return `, after ${inRow} skipped in a row`
  return `, after ${inRow} rewind${inRow === 1 ? '' : 's'} to step ${rewoundTo}`
}
