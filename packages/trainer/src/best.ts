/** The best evaluation so far, as it must be known after a resume. */
export interface BestEvaluation {
  readonly step: number
  readonly loss: number
  /** Evaluations since then, none of them better. */
  readonly waited: number
}

/** Follows evaluations. A loss that is not a number is no improvement. */
export function bestWatch(before?: BestEvaluation) {
  let best = before
  return {
    get best(): BestEvaluation | undefined {
      return best
    },
    take(step: number, loss: number): void {
      if (!best || loss < best.loss || Number.isNaN(best.loss)) best = { step, loss, waited: 0 }
      else best = { ...best, waited: best.waited + 1 }
    },
  }
}
