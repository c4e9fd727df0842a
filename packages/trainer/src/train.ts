import type { Backend } from '@sluice/compute'
import {
  type Blocks,
  type EvaluationSet,
  type Snapshot,
  type Stage,
  StateError,
  type Steps,
  stepsSchema,
} from '@sluice/pipeline'
import type { LanguageModel, Model } from '@sluice/transformer'
import { defer } from 'rxjs'
import type { BadStep, BadStepOptions } from './bad-step.ts'
import type { PackingOptions } from './batch.ts'
import type { DocumentLoss } from './document-losses.ts'
import { checkBlocks } from './input.ts'
import type { ScheduleKind } from './schedule.ts'
import { openSession, type TrainingSession } from './session.ts'

export interface TrainOptions<M extends Model = LanguageModel> extends BadStepOptions {
  /** Trained in place; stays the caller's to dispose. */
  model: M
  /** What the model is told of documents packed into one row. Default: nothing. */
  packing?: PackingOptions | undefined
  /** What computes, as `chooseBackend` gave it; kept in snapshots. */
  backend?: Backend | undefined
  /** Optimizer steps after which the stage completes, those before a resume included. */
  steps: number
  /** Highest learning rate. */
  learningRate: number
  /** Learning rate of the last step. Default: learningRate / 10. */
  minLearningRate?: number | undefined
  /** Steps of linear warm-up. Default: 0. */
  warmup?: number | undefined
  /** How the learning rate falls after the warm-up. Default: cosine. */
  schedule?: ScheduleKind | undefined
  /** Of the schedule `wsd`. Default: 0.2. */
  decayShare?: number | undefined
  /** Frames whose gradients make one step, each as much as the others. Default: 1. */
  accumulate?: number | undefined
  /** Whether blocks are computed again in the backward pass, for less memory. Default: false. */
  recompute?: boolean | undefined
  /** Of matrices. Default: 0.1. */
  weightDecay?: number | undefined
  /** Default: [0.9, 0.95]. */
  betas?: readonly [number, number] | undefined
  /** Default: 1e-8. */
  epsilon?: number | undefined
  /** Highest global norm of the gradient; 0 does not clip. Default: 1. */
  clip?: number | undefined
  /** Told of every bad step with its documents, before the one that stops training throws. */
  onBad?: ((bad: BadStep) => void) | undefined
  /**
   * For `onBadStep: 'rewind'`: the latest snapshot that training can go on from, undefined where there is none yet. Asked for when
   * the sink has consumed the step before. Default: there is none.
   */
  rewind?: (() => Promise<Snapshot | undefined>) | undefined
  /** Takes the loss of each document of each step, before the step's frame goes out. Default: not asked for. */
  blame?: ((step: number, documents: readonly DocumentLoss[]) => void) | undefined
  /** Held-out blocks. Default: no evaluation. */
  evaluation?: EvaluationSet | undefined
  /** Steps between evaluations. Default: only before the first step and after the last. */
  evaluateEvery?: number | undefined
  /** So many evaluations in a row that are not the best yet end training. Default: none do. */
  patience?: number | undefined
  /** Steps between samples, one before the first step and one after the last included. Default: no samples. */
  sampleEvery?: number | undefined
  /** Makes the sample. Default: no samples. */
  sample?: ((model: M, step: number) => Promise<{ prompt: string; text: string }>) | undefined
  /** To go on from exactly: weights and moments are set to it. Default: the model as it is, at step 0. */
  resume?: Snapshot | undefined
  /** Default: `train`. */
  id?: string | undefined
}

/**
 * Training as a stage: every frame of blocks (or every `accumulate` of them) is one optimizer step, and comes out as one row of metrics whose `snapshot()`
 * gives the weights as they are after it. First of all, unless resuming, comes a frame without rows for step 0.
 *
 * Its cursor entry is `{ step }`. The next step begins only when the sink has consumed the frame before, so that snapshots
 * are valid while it looks at them. Ends after `steps`; when the run is stopped, after the step in hand.
 *
 * @throws SchemaError for input that is not blocks of the model's length
 * @throws StateError when `resume` does not belong to the model or to the cursor
 * @throws TrainingError for a bad step that is not skipped, or when tensors leak
 */
export function train<M extends Model>(options: TrainOptions<M>): Stage<Blocks, Steps> {
  const { model, id = 'train' } = options
  let session: TrainingSession | undefined
  return {
    id,
    schema(input) {
      checkBlocks(id, input, model.config.blockSize)
      return stepsSchema
    },
    async open(context, from) {
      session = openSession({ ...options, id }, context, from)
    },
    apply: frames =>
      defer(() => {
        if (!session) throw new StateError('not open', { stage: id, advice: 'run it with run()' })
        return session.steps(frames)
      }),
    async close() {
      await session?.close()
      session = undefined
    },
  }
}
