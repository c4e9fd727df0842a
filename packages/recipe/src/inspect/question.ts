import type { ZodType } from 'zod'
import type { OpenRun } from './open-run.ts'
import type { QuestionName, Questions } from './results.ts'

/** One thing that can be asked of a run. */
export interface Question<N extends QuestionName> {
  /** Strict: unknown keys are errors. */
  readonly params: ZodType<Questions[N]['params']>
  /**
   * Numbers of the result may be typed arrays: see `inspectionJson`.
   *
   * @throws ConfigError for what was asked wrongly, StateError where the run does not have what is needed for an answer
   */
  run(run: OpenRun, params: Questions[N]['params'], options?: AskOptions): Promise<Questions[N]['result']>
}

export interface AskOptions {
  /** Gives up between parts of a longer computation, with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
