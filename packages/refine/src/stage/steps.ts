import { turnIfLong } from '@sluice/pipeline'

/**
 * Work that may be left between two of its steps and gone on with later, so that a long text does not keep the event loop busy. What
 * comes of it is the same however often it is left. A generator that never yields costs next to nothing, which a promise would not.
 */
export type Steps<T> = Generator<undefined, T, undefined>

export function isSteps<T>(value: unknown): value is Steps<T> {
  return typeof value === 'object' && value !== null && 'next' in value
}

/** Takes the steps that are left, and gives the event loop its turns between them. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    const turn = turnIfLong()
    if (turn) await turn
  }
}
