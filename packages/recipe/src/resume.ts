import { type Checkpoint, latestCheckpoint, listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import type { BackendName } from '@sluice/compute'
import { type Json, StateError } from '@sluice/pipeline'
import { agree } from './agree.ts'
import { checkpointsDir } from './layout.ts'
import type { Recipe } from './recipe.ts'

/** What state.json keeps of a run beside the checkpoint's own: all that going on exactly needs. */
export interface RunState {
  readonly recipe: Recipe
  /** Whose entry of `perBackend` the recipe follows. */
  readonly variant: BackendName
  /** Bytes of metrics.jsonl when the checkpoint was taken: what came after is taken back. */
  readonly metricsLength: number
  /** What the recipe's paths are relative to, relative to the run's folder. Not in checkpoints of earlier versions. */
  readonly baseDir?: string
  /** What the model's batches are made for. */
  readonly predicts?: 'next' | 'masked'
}

export interface Earlier {
  readonly checkpoint: Checkpoint
  readonly state: RunState
}

/** The latest checkpoint of a run that training can go on from. */
export async function readEarlier(run: string): Promise<Earlier> {
  const path = await latestCheckpoint(checkpointsDir(run), { resumable: true })
  if (path === undefined) {
    throw new StateError('the run has no checkpoint to resume from', {
      file: run,
      advice: 'begin it afresh with --overwrite',
    })
  }
  const checkpoint = await readCheckpoint(path, { part: 'resume' })
  const { recipe, variant, metricsLength } = checkpoint.state as unknown as Partial<RunState>
  if (recipe === undefined || variant === undefined || metricsLength === undefined) {
    throw new StateError('this checkpoint was not written by a run of a recipe', { file: path })
  }
  return { checkpoint, state: { recipe, variant, metricsLength } }
}

/**
 * What a run goes back to after a bad step: its last checkpoint, undefined where there is none yet. One that was only written because
 * the run was stopped is passed over, so that a run that was stopped and resumed goes back to the same as one that was not.
 */
export async function lastRegular(run: string, every: number): Promise<Checkpoint | undefined> {
  const complete = (await listCheckpoints(checkpointsDir(run))).filter(({ resumable }) => resumable)
  const found = complete.findLast(({ step }) => step % every === 0) ?? complete.at(-1)
  return found && readCheckpoint(found.path, { part: 'resume' })
}

/**
 * Makes sure that the recipe goes on with what the checkpoint began.
 *
 * @returns what differs without harm, for a warning each
 * @throws StateError naming the key and both values
 */
export function checkResume({ checkpoint, state }: Earlier, recipe: Recipe): string[] {
  const changes = agree(recipe, state.recipe, checkpoint.path)
  const { step, path } = checkpoint
  const { steps } = recipe.train
  if (step >= steps) {
    throw new StateError(`the run is at step ${step}, train.steps is ${steps}: nothing is left to do`, {
      file: path,
      advice: 'give more steps, with --steps or in the config',
    })
  }
  return changes
}

export function runState(state: RunState): Record<string, Json> {
  return { ...(state as unknown as Record<string, Json>) }
}
