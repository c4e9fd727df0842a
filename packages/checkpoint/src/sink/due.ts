/** What is written of a step: everything that resuming needs, or the weights. */
export type Extent = 'full' | 'weights'

/** When the sink writes. */
export interface Schedule {
  readonly every: number
  readonly early: ReadonlySet<number>
}

/**
 * Step 0 is the initialisation and `early` steps show how random becomes learned: weights are enough for both. A step that
 * is a multiple of `every` is written in full, be it early or not.
 */
export function due(step: number, { every, early }: Schedule): Extent | undefined {
  if (step > 0 && step % every === 0) return 'full'
  return step === 0 || early.has(step) ? 'weights' : undefined
}
