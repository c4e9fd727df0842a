import { StorageError } from '@sluice/pipeline'

/** The steps, in their order. */
export type StepName = 'look' | 'resolve' | 'download' | 'unpack' | 'npm' | 'build' | 'check'

/** What a person who waits is told: one line that may change while a step runs, and stays as it was when the step is done. */
export interface StepReport {
  readonly step: StepName
  readonly done: boolean
  readonly text: string
}

/** A fault of one step: what did not work and why, and what to try. */
export function stepError(step: StepName, message: string, advice: string, cause?: unknown): StorageError {
  return new StorageError(message, { stage: 'tensorflow', place: step, advice, cause })
}
