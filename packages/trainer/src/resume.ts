import type { Backend } from '@sluice/compute'
import { type Json, type Snapshot, StateError } from '@sluice/pipeline'
import type { BadStepState } from './bad-step.ts'
import type { BestEvaluation } from './best.ts'

/** What a snapshot holds beside weights and moments. */
export interface TrainerState {
  readonly step: number
  /** Targets trained on so far. */
  readonly tokens: number
  /** What computed: the bits of a run depend on it. */
  readonly backend: BackendState | null
  /** What bad steps are judged by. */
  readonly judged?: BadStepState | undefined
  readonly best?: BestEvaluation | undefined
}

export interface BackendState {
  readonly name: string
  readonly threads: number
  readonly instructionSet: string | null
  readonly precision: string
}

export function backendState(backend: Backend | undefined): BackendState | null {
  if (!backend) return null
  const { name, threads, instructionSet, precision } = backend
  return { name, threads, instructionSet: instructionSet ?? null, precision }
}

/** @throws StateError when the snapshot cannot be resumed */
export function readState(stage: string, snapshot: Snapshot): TrainerState {
  const { step, tokens, backend, judged, best } = (snapshot.trainer ?? {}) as Partial<Record<keyof TrainerState, Json>>
  if (!snapshot.optimizer) {
    throw new StateError(`the checkpoint of step ${snapshot.step} holds weights only, not the optimizer's state`, {
      stage,
      advice: 'resume from one that holds both, or start a new run from its weights',
    })
  }
  if (step !== snapshot.step || typeof tokens !== 'number') {
    throw new StateError(
      `expected the trainer's state of step ${snapshot.step}, found ${JSON.stringify(snapshot.trainer)}`,
      {
        stage,
      },
    )
  }
  return {
    step,
    tokens,
    backend: (backend as BackendState | null | undefined) ?? null,
    judged: judged as BadStepState | undefined,
    best: (best as BestEvaluation | null | undefined) ?? undefined,
  }
}

/** Says so where the run goes on under something else than it was made with; its losses then differ in their last bits. */
export function backendChange(before: BackendState | null, now: BackendState | null): string | undefined {
  if (!before || !now || JSON.stringify(before) === JSON.stringify(now)) return undefined
  const describe = ({ name, threads, instructionSet, precision }: BackendState) =>
    [name, instructionSet, `${threads} thread${threads === 1 ? '' : 's'}`, precision].filter(Boolean).join(', ')
  return `the checkpoint was made on ${describe(before)}; going on with ${describe(now)}, losses differ in their last bits`
}
