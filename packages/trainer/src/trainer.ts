import { tf, valueAndGradients } from '@sluice/compute'
import type { Blocks, NamedTensor, Snapshot } from '@sluice/pipeline'
import { TrainingError } from '@sluice/pipeline'
import type { Model } from '@sluice/transformer'
import type { RecordBatch } from 'apache-arrow'
import { AdamW, type AdamWOptions } from './adamw.ts'
import { type BadStep, type BadStepOptions, type BadStepState, badStepJudge } from './bad-step.ts'
import { type BlockRows, blockRows, countTargets, documentsOf, type PackingOptions } from './batch.ts'
import { type DocumentLoss, documentLosses } from './document-losses.ts'
import type { StepMetrics } from './frames.ts'
import { gradientNorms } from './norms.ts'

export interface TrainerOptions extends Omit<AdamWOptions, 'parameters' | 'moments'>, BadStepOptions {
  model: Model
  packing?: PackingOptions | undefined
  recompute?: boolean | undefined
  /** Of dropout. */
  seed: number
  /** Learning rate of optimizer step 1, 2 … */
  schedule: (step: number) => number
  /** Highest global norm of the gradient; 0 does not clip. Default: 1. */
  clip?: number | undefined
  /** Steps taken before. Default: 0. */
  step?: number | undefined
  moments?: ReadonlyMap<string, NamedTensor> | undefined
  /** What bad steps are judged by, as `judged` was. Default: nothing yet. */
  judged?: BadStepState | undefined
  /** Told of every bad step, before the one that stops training throws. */
  onBad?: ((bad: BadStep) => void) | undefined
  /** Takes the loss of each document of each step, bad ones included. Default: not asked for. */
  blame?: ((step: number, documents: readonly DocumentLoss[]) => void) | undefined
}

/** The state of training and one function that takes it a step further. Knows nothing of streams. */
export interface Trainer {
  /** Optimizer steps taken. */
  readonly step: number
  /**
   * One optimizer step: loss, gradients, clipping, AdamW. Synchronous, and all or nothing: it throws before a weight changes.
   * Of several batches the gradients' mean is taken, as if they were one. A bad step that is skipped counts as a step, but
   * not for the bias correction of AdamW.
   *
   * @throws TrainingError for a bad step that is not skipped (naming the documents), or when tensors leak
   */
  train(...batches: readonly RecordBatch<Blocks>[]): StepMetrics
  /**
   * After a bad step: weights, moments and what steps are judged by become those of an earlier snapshot. The number of the step
   * does not: the steps between count as skipped, and their batches are not trained on again. Done with the same batches, they
   * would come to the same end.
   *
   * @param snapshot its `judged` is what that was then; undefined where there is none to go back to
   * @throws TrainingError for want of a snapshot, or when training has been rewound to it as often as it may
   */
  rewind(bad: BadStep, snapshot: (Snapshot & { judged?: BadStepState | undefined }) | undefined): void
  /** What bad steps are judged by. */
  readonly judged: BadStepState
  /** Copies of both AdamW moments. */
  moments(): NonNullable<Snapshot['optimizer']>
  /** Frees the moments; the model is the caller's. */
  dispose(): void
}

export function trainer(options: TrainerOptions): Trainer {
  const { model, seed, schedule, clip = 1, betas, epsilon, weightDecay, moments, packing, recompute, blame } = options
  const names = [...model.parameters.keys()]
  const variables = [...model.parameters.values()]
  const optimizer = new AdamW({ parameters: model.parameters, betas, epsilon, weightDecay, moments })
  const bad = badStepJudge(options, options.judged)
  let taken = options.step ?? 0

  /** Loss and gradients of a part of a step's batch. */
  const partTensors = (
    rows: BlockRows,
    step: number,
    part: number,
    onTargets?: (losses: Float32Array, places: Int32Array) => void,
  ) => {
    const how = { training: true, seed, step, part, recompute, onTargets }
    const { value, gradients } = valueAndGradients(() => model.loss(rows, how), variables)
    const loss = value.dataSync()[0]!
    value.dispose()
    const all = gradients.map((gradient, i) => {
      if (!gradient) throw new TrainingError(`step ${step}: the loss does not depend on ${names[i]}`)
      return gradient
    })
    return { loss, gradients: all }
  }

  const stepTensors = (batches: readonly RecordBatch<Blocks>[], step: number) => {
    const parts = batches.map(batch => blockRows(batch, packing))
    // Each part counts as much as it has targets: the mean over all of them, as of one batch.
    const targets = parts.map(rows => countTargets(rows, model.predicts))
    const all = targets.reduce((sum, count) => sum + count, 0)
    const documents = blame && documentLosses()
    let loss = 0
    let gradients: tf.Tensor[] = []
    parts.forEach((rows, part) => {
      if (targets[part] === 0 && parts.length > 1) return
      const told = (losses: Float32Array, places: Int32Array) =>
        documents?.add(batches[part]!, rows.width, losses, places)
      const found = partTensors(rows, step, part, documents && told)
      const share = parts.length === 1 ? 1 : targets[part]! / all
      loss += share * found.loss
      gradients = gradients.length === 0 ? scaled(found.gradients, share) : added(gradients, found.gradients, share)
    })
    if (documents) blame(step, documents.documents())
    const norms = gradientNorms(names, gradients)
    const lr = schedule(step)
    const tokens = parts.reduce((sum, rows) => sum + rows.rows * (rows.width - 1), 0)
    const metrics = { step, loss, lr, tokens, gradNorm: norms.total, groupNorms: norms.groups }
    const found = bad.judge({ step, loss, gradNorm: norms.total }, () => documentsOf(batches))
    if (found) {
      if (found.action === 'rewind') return { ...metrics, skipped: found.reason, rewind: found }
      options.onBad?.(found)
      if (found.action === 'stop') throw bad.error(found)
      return { ...metrics, skipped: found.reason }
    }
    const gradScale = clip > 0 && norms.total > clip ? clip / norms.total : 1
    optimizer.update(gradients, { lr, step: step - bad.state.skipped, gradScale })
    return metrics
  }

  return {
    get step() {
      return taken
    },
    get judged() {
      return bad.state
    },
    train(...batches) {
      const started = performance.now()
      const before = tf.memory().numTensors
      const metrics = tf.tidy(() => stepTensors(batches, taken + 1) as never) as ReturnType<typeof stepTensors>
      const after = tf.memory().numTensors
      if (after !== before) {
        throw new TrainingError(`step ${metrics.step} began with ${before} tensors and ended with ${after}`, {
          advice: 'a part of the model keeps tensors that it never frees',
        })
      }
      taken = metrics.step
      return { ...metrics, seconds: (performance.now() - started) / 1000 }
    },
    rewind(found, snapshot) {
      if (!snapshot?.optimizer || !bad.rewind(found, snapshot)) {
        options.onBad?.({ ...found, action: 'stop' })
        throw bad.error(found, snapshot ? '' : ', and there is no checkpoint to rewind to')
      }
      model.assign(snapshot.weights)
      optimizer.restore(snapshot.optimizer)
      options.onBad?.({ ...found, rewoundTo: snapshot.step })
    },
    moments: () => optimizer.moments(),
    dispose: () => optimizer.dispose(),
  }
}

function scaled(gradients: readonly tf.Tensor[], share: number): tf.Tensor[] {
  if (share === 1) return [...gradients]
  return gradients.map(gradient => {
    const part = tf.mul(gradient, share)
    gradient.dispose()
    return part
  })
}

function added(sums: readonly tf.Tensor[], gradients: readonly tf.Tensor[], share: number): tf.Tensor[] {
  return scaled(gradients, share).map((gradient, i) => {
    const sum = tf.add(sums[i]!, gradient)
    tf.dispose([sums[i]!, gradient])
    return sum
  })
}
