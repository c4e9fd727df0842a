import { setImmediate } from 'node:timers/promises'
import { type Blocks, type Frame, type Json, type StageContext, StateError, type StepFrame } from '@sluice/pipeline'
import type { Model } from '@sluice/transformer'
import { concat, concatMap, defer, filter, ignoreElements, type Observable, of, startWith, takeWhile } from 'rxjs'
import { unlessAborted } from './abort.ts'
import type { BadStep } from './bad-step.ts'
import { bestWatch } from './best.ts'
import { type StepMetrics, stepsBatch } from './frames.ts'
import { leakWatch } from './leaks.ts'
import { observer } from './observe.ts'
import { backendChange, backendState, readState, type TrainerState } from './resume.ts'
import { learningRateSchedule } from './schedule.ts'
import type { TrainOptions } from './train.ts'
import { trainer } from './trainer.ts'

/** What the train stage holds from its opening to its closing. */
export interface TrainingSession {
  steps(frames: Observable<Frame<Blocks>>): Observable<StepFrame>
  close(): Promise<void>
}

export function openSession<M extends Model>(
  options: TrainOptions<M> & { id: string },
  context: StageContext,
  from: Json | undefined,
): TrainingSession {
  const { model, steps, id, resume, patience, accumulate = 1 } = options
  const backend = backendState(options.backend)
  const state = resume && readState(id, resume)
  checkPosition(id, from, state)
  if (resume) model.assign(resume.weights)
  const change = backendChange(state?.backend ?? null, backend)
  if (change) context.emit({ type: 'warning', stage: id, message: change })

  const training = trainer({
    ...options,
    schedule: learningRateSchedule(options),
    seed: context.seed,
    step: state?.step,
    moments: resume?.optimizer,
    judged: state?.judged,
    onBad(bad) {
      options.onBad?.(bad)
      if (bad.action === 'skip')
        context.emit({ type: 'warning', stage: id, message: `step ${bad.step} is skipped: ${bad.reason}` })
    },
  })
  const closing = new AbortController()
  const signal = AbortSignal.any([context.signal, closing.signal])
  const watch = bestWatch(state?.best)
  let evaluatedAt = -1
  const observe = observer({
    ...options,
    stage: id,
    emit: event => context.emit(event),
    signal,
    evaluated(step, loss) {
      evaluatedAt = step
      watch.take(step, loss)
    },
  })
  /** Set once nothing better has come for as long as was asked for. */
  let patienceOver = false
  let tokens = state?.tokens ?? 0
  let position: Json | undefined
  let inHand: Promise<unknown> = Promise.resolve()
  const leaks = leakWatch(id, event => context.emit(event))

  const stepFrame = (before: Pick<Frame, 'cursor' | 'seq'>, rows: readonly StepMetrics[]): StepFrame => {
    const step = training.step
    const state = {
      step,
      tokens,
      backend: backend && { ...backend },
      judged: { ...training.judged },
      best: watch.best ? { ...watch.best } : null,
    }
    position = { step }
    return {
      batch: stepsBatch(rows),
      cursor: { ...before.cursor, [id]: position },
      seq: before.seq,
      snapshot({ optimizer }) {
        if (closing.signal.aborted || training.step !== step) {
          const now = closing.signal.aborted ? 'training has ended' : `training is at step ${training.step}`
          throw new StateError(`the snapshot of step ${step} was asked for too late: ${now}`, {
            stage: id,
            advice: 'take it before the frame counts as consumed',
          })
        }
        const weights = model.weights()
        return { step, weights, ...(optimizer ? { optimizer: training.moments() } : {}), trainer: state }
      },
    }
  }

  const begin = async (): Promise<StepFrame | undefined> => {
    if (state) return undefined
    inHand = observe.after(0)
    await inHand
    return stepFrame({ cursor: {}, seq: 0 }, [])
  }

  /** Frames of a step that is not made yet. A run that stops leaves them: the cursor is that of the last step. */
  let gathered: Frame<Blocks>['batch'][] = []

  const advance = async (frame: Frame<Blocks>): Promise<StepFrame | undefined> => {
    if (signal.aborted) return undefined
    if (frame.batch.numRows === 0) return gathered.length === 0 ? stepFrame(frame, []) : undefined
    gathered.push(frame.batch)
    if (gathered.length < accumulate) return undefined
    const batches = gathered
    gathered = []
    if (position !== undefined) await unlessAborted(context.whenConsumed(position), signal)
    // Steps compute in one piece: here timers, signals and what shows the progress get their turn.
    await setImmediate()
    if (signal.aborted) return undefined
    leaks.before()
    const metrics = training.train(...batches)
    leaks.after()
    if (metrics.rewind) await rewind(metrics.rewind)
    tokens += metrics.tokens
    observe.step(metrics)
    inHand = observe.after(metrics.step, metrics.step >= steps)
    await inHand
    await losePatience(metrics.step)
    return stepFrame(frame, [metrics])
  }

  const rewind = async (bad: BadStep): Promise<void> => {
    const snapshot = await options.rewind?.()
    training.rewind(bad, snapshot && { ...snapshot, judged: readState(id, snapshot).judged })
    const message = `step ${bad.step}: ${bad.reason}; weights and optimizer are as after step ${snapshot?.step} again`
    context.emit({ type: 'warning', stage: id, message })
  }

  /** Ends training where the evaluation of this step was one too many that is not the best. */
  const losePatience = async (step: number): Promise<void> => {
    const { best } = watch
    if (patience === undefined || !best || best.waited < patience || step >= steps || evaluatedAt !== step) return
    patienceOver = true
    const message = `training stops at step ${step}: no evaluation was better than that of step ${best.step}, ${best.loss.toFixed(4)}`
    context.emit({ type: 'note', stage: id, message, values: { step, best: best.step, reason: 'patience' } })
    inHand = observe.after(step, true)
    await inHand
  }

  const end = async (): Promise<void> => {
    if (signal.aborted || patienceOver) return
    inHand = observe.after(training.step, true)
    await inHand
  }

  return {
    steps: frames => {
      // The beginning is an element of its own, so that frames that come while it is evaluated wait in concatMap's queue.
      const trained = training.step >= steps ? of('begin' as const) : frames.pipe(startWith('begin' as const))
      return concat(
        trained.pipe(
          concatMap(frame => (frame === 'begin' ? begin() : advance(frame))),
          takeWhile(() => training.step < steps && !patienceOver, true),
        ),
        defer(end).pipe(ignoreElements()),
      ).pipe(filter(frame => frame !== undefined))
    },
    async close() {
      closing.abort()
      await inHand.catch(() => {})
      training.dispose()
    },
  }
}

function checkPosition(stage: string, from: Json | undefined, state: TrainerState | undefined): void {
  if (from === undefined) return
  const { step } = from as { step?: number }
  if (step !== state?.step) {
    throw new StateError(
      `the run goes on after step ${step}, but the trainer was given ${state ? `step ${state.step}` : 'nothing to resume'}`,
      { stage, advice: 'give train the snapshot that belongs to the cursor' },
    )
  }
}
