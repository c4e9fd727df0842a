import type { EvaluationSet, RunEvent } from '@sluice/pipeline'
import type { Model } from '@sluice/transformer'
import type { PackingOptions } from './batch.ts'
import { evaluate } from './evaluate.ts'
import type { StepMetrics } from './frames.ts'

export interface ObserverOptions<M extends Model> {
  model: M
  packing?: PackingOptions | undefined
  evaluation?: EvaluationSet | undefined
  evaluateEvery?: number | undefined
  sample?: ((model: M, step: number) => Promise<{ prompt: string; text: string }>) | undefined
  sampleEvery?: number | undefined
  stage: string
  emit(event: RunEvent): void
  signal: AbortSignal
  /** Told of every evaluation. */
  evaluated?: (step: number, loss: number) => void
}

/** What is told of training while it runs: metrics of each step, evaluations and samples at intervals. */
export interface Observer {
  step(metrics: StepMetrics): void
  /** Evaluates and samples where this step's turn has come, or it is the last; once a step at most. */
  after(step: number, last?: boolean): Promise<void>
}

export function observer<M extends Model>(options: ObserverOptions<M>): Observer {
  const { model, packing, evaluation, evaluateEvery, sample, sampleEvery, emit, signal } = options
  const due = (step: number, every: number | undefined, last: boolean) =>
    last || step === 0 || (every !== undefined && step % every === 0)
  let evaluated = -1
  let sampled = -1

  /** Of one source alone it is the loss of all. */
  const bySource = (sources: Readonly<Record<string, number>>) => {
    const all = Object.entries(sources)
    return all.length < 2 ? {} : Object.fromEntries(all.map(([source, loss]) => [`loss.${source}`, loss]))
  }

  const runEvaluation = async (step: number, set: EvaluationSet) => {
    const { loss, perplexity, bitsPerByte, sources } = await evaluate(model, set, { packing, signal })
    options.evaluated?.(step, loss)
    emit({
      type: 'evaluation',
      step,
      values: {
        loss,
        perplexity,
        ...(bitsPerByte === undefined ? {} : { bits_per_byte: bitsPerByte }),
        ...set.baselines,
        ...bySource(sources),
      },
    })
  }

  return {
    step({ step, loss, lr, gradNorm, groupNorms, tokens, seconds, skipped }) {
      const groups = Object.entries(groupNorms).map(([group, norm]) => [`grad_norm.${group}`, norm])
      const rate = tokens / seconds
      const values = { loss, lr, grad_norm: gradNorm, tokens, seconds, tokens_per_second: rate }
      const all: Record<string, number> = {
        ...values,
        ...Object.fromEntries(groups),
        ...(skipped === undefined ? {} : { skipped: 1 }),
      }
      // JSON has no NaN: of a skipped step what is not a number is left out.
      const told = Object.entries(all).filter(([, value]) => Number.isFinite(value))
      emit({ type: 'metric', step, values: Object.fromEntries(told) })
    },
    async after(step, last = false) {
      try {
        if (evaluation && step !== evaluated && due(step, evaluateEvery, last)) {
          evaluated = step
          await runEvaluation(step, evaluation)
        }
        if (signal.aborted) return
        if (sample && sampleEvery !== undefined && step !== sampled && due(step, sampleEvery, last)) {
          sampled = step
          emit({ type: 'sample', step, ...(await sample(model, step)) })
        }
      } catch (error) {
        // Whoever stops a run does not wait for an evaluation; the step itself is done.
        if (!signal.aborted) throw error
      }
    },
  }
}
