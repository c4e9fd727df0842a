import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import { chooseBackend } from '@sluice/compute'
import { ConfigError, StateError } from '@sluice/pipeline'
import { loadAnyTokenizer, type Tokenizer } from '@sluice/tokenize'
import { type LanguageModel, type MaskedModel, modelFromHfConfig } from '@sluice/transformer'
import {
  type Continuation,
  type ContinueAllOptions,
  type ContinueOptions,
  continueText,
  continueTexts,
} from './continue.ts'
import { checkpointsDir } from './layout.ts'

/** A model read back from a run, with the tokenizer it was trained with. */
export interface Trained {
  readonly model: LanguageModel | MaskedModel
  readonly tokenizer: Tokenizer
  readonly step: number
  /** The checkpoint it was read from. */
  readonly path: string
  /**
   * What the model writes after the prompt, piece by piece, as it comes; never a cut character.
   *
   * @throws ConfigError for a model of masked tokens: see `fillMasks`
   */
  continue(options: ContinueOptions): AsyncIterable<string>
  /** What it writes after several prompts, side by side, each as if it were alone; in their order. @throws as `continue` */
  continueAll(options: ContinueAllOptions): AsyncIterable<Continuation>
  dispose(): void
}

/**
 * Opens a trained model.
 *
 * @param options.path folder of a run, or of one checkpoint
 * @param options.step of the checkpoint to open; default: the latest
 * @throws StateError where there is none, DataError where it is damaged
 */
export async function openTrained(options: { path: string; step?: number; backend?: string }): Promise<Trained> {
  const path = await checkpointIn(options.path, options.step)
  const checkpoint = await readCheckpoint(path, { part: 'weights' })
  // As it was trained: weights that bfloat16 products made need no more, and half the bytes are read for each token.
  const precision = precisionOf(checkpoint.trainer)
  await chooseBackend((options.backend ?? 'auto') as never, { precision })
  const tokenizer = await loadAnyTokenizer(JSON.parse(await checkpoint.files('tokenizer.json')))
  const model = modelFromHfConfig(JSON.parse(await checkpoint.files('config.json')), checkpoint.weights)
  return {
    model,
    tokenizer,
    step: checkpoint.step,
    path,
    continue: asked => continueText(causal(model), tokenizer, asked),
    continueAll: asked => continueTexts(causal(model), tokenizer, asked),
    dispose: () => model.dispose(),
  }
}

/** @throws ConfigError for a model of masked tokens */
export function causal(model: LanguageModel | MaskedModel): LanguageModel {
  if (model.predicts === 'next') return model
  throw new ConfigError('this model fills in masked tokens, it does not continue a text', {
    advice: 'use: pipeline fill <run> --text "… [MASK] …"',
  })
}

/** Of the products it was trained with; f32 for weights that say nothing of it. Backends without bf16 compute in f32. */
export function precisionOf(trainer: unknown): 'f32' | 'bf16' {
  const backend = (trainer as { backend?: { precision?: unknown } } | undefined)?.backend
  return backend?.precision === 'bf16' ? 'bf16' : 'f32'
}

export async function checkpointIn(path: string, step: number | undefined): Promise<string> {
  if (existsSync(join(path, 'DONE'))) return path
  if (!existsSync(path)) {
    const advice = 'name the folder of a run, such as runs/quickstart'
    throw new StateError('there is no such run', { file: path, advice })
  }
  const all = await listCheckpoints(checkpointsDir(path))
  const found = step === undefined ? all.at(-1) : all.find(checkpoint => checkpoint.step === step)
  if (found) return found.path
  if (all.length === 0) {
    throw new StateError('holds no checkpoint', { file: path, advice: 'train first: pipeline run <config>' })
  }
  const steps = all.map(checkpoint => checkpoint.step).join(', ')
  throw new StateError(`holds no checkpoint of step ${step}`, { file: path, advice: `there are: ${steps}` })
}
