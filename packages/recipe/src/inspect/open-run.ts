import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Listed, listCheckpoints, type OpenCheckpoint, openCheckpoint, readCheckpoint } from '@sluice/checkpoint'
import { type BackendName, chooseBackend } from '@sluice/compute'
import type { VectorTable } from '@sluice/embed'
import { DataError, type EvaluationSet, StateError } from '@sluice/pipeline'
import { loadAnyTokenizer, loadEvaluation, type Tokenizer } from '@sluice/tokenize'
import {
  countParameters,
  type DescribedModel,
  describeHfModel,
  type LanguageModel,
  type MaskedModel,
  modelFromHfConfig,
} from '@sluice/transformer'
import { evaluationFor } from '../evaluation.ts'
import { checkpointsDir } from '../layout.ts'
import type { Recipe } from '../recipe.ts'
import { precisionOf } from '../trained.ts'
import { leased } from './leased.ts'

/** A run's folder, or that of one checkpoint, opened for questions. Nothing is read before it is needed. */
export interface OpenRun {
  /** Absolute. */
  readonly path: string
  /** The folder's name. */
  readonly name: string
  /** Tokenizers to compare with, that the caller named. */
  readonly tokenizers: Readonly<Record<string, string>>
  /** Kept snapshots now, rising: a run that is going on makes more. */
  steps(): Promise<readonly number[]>
  /**
   * One of them, its weights unread. Default: the latest.
   *
   * @throws StateError where the run has none yet, or none of this step
   */
  snapshot(step?: number): Promise<OpenCheckpoint>
  tokenizer(): Promise<Tokenizer>
  /** What the model is, without any weights. */
  described(): Promise<DescribedModel>
  /** Works with the table of token vectors, [V, C]. Tables are kept while there is room. */
  table<T>(step: number | undefined, work: (table: VectorTable, step: number) => Promise<T> | T): Promise<T>
  /** Works with the model, on the backend. Models are kept while there is room; what is left of one is its caller's to restore. */
  model<T>(
    step: number | undefined,
    work: (model: LanguageModel | MaskedModel, step: number) => Promise<T> | T,
  ): Promise<T>
  /** Config of the run, as it was resolved. @throws StateError for a folder that is no run of a recipe */
  recipe(): Promise<Recipe>
  /** The held-out text, as the model is measured on it. @throws StateError where the run keeps none */
  evaluation(model: LanguageModel | MaskedModel): Promise<EvaluationSet>
  /** Frees the models that are held. */
  dispose(): void
}

export interface OpenRunOptions {
  /** Default: `auto`. */
  readonly backend?: BackendName | 'auto' | undefined
  /** Tokenizers to compare with, beside those of the runs in the same folder: name to path. Default: none. */
  readonly tokenizers?: Readonly<Record<string, string>> | undefined
  /** Bytes of models, and of tables of vectors, that are kept for the next question. Default: 1 GiB of each. */
  readonly keep?: number | undefined
  /**
   * A model that is in memory already, of this step: it is not read again, and stays its owner's. Others are loaded beside it, on
   * what computes with it. Default: none.
   */
  readonly held?: { readonly model: LanguageModel | MaskedModel; readonly step: number } | undefined
}

/**
 * Opens a run for questions: see `inspect`.
 *
 * @param path folder of a run, finished or going on, or of one checkpoint
 * @throws StateError for a folder that is not there, or is none of a run
 */
export async function openRun(path: string, options: OpenRunOptions = {}): Promise<OpenRun> {
  const { backend = 'auto', tokenizers = {}, keep = 2 ** 30, held } = options
  const folder = resolve(path)
  const alone = existsSync(join(folder, 'DONE'))
  refuse(folder, alone)
  const list = async (): Promise<readonly Pick<Listed, 'step' | 'path'>[]> =>
    alone ? [{ step: (await openCheckpoint(folder)).step, path: folder }] : listCheckpoints(checkpointsDir(folder))
  const find = async (step: number | undefined) => {
    const all = await list()
    const found = step === undefined ? all.at(-1) : all.find(each => each.step === step)
    if (found) return found
    if (all.length === 0) {
      const advice = 'wait for its first checkpoint; a run that ended without one shows its losses in metrics.jsonl'
      throw new StateError('holds no complete checkpoint yet', { file: folder, advice })
    }
    const advice = `there are: ${all.map(each => each.step).join(', ')}`
    throw new StateError(`holds no checkpoint of step ${step}`, { file: folder, advice })
  }
  const snapshot = async (step?: number) => openCheckpoint((await find(step)).path)

  const tokenizer = once(() => readTokenizer(join(folder, 'tokenizer.json')))
  const described = once(async () => describeHfModel(JSON.parse(await (await snapshot()).file('config.json'))))
  const recipe = async () => parsed(join(folder, 'config.json')) as Promise<Recipe>
  const tables = leased<VectorTable>({ limit: keep, bytes: ({ data }) => data.byteLength })
  const models = leased<LanguageModel | MaskedModel>({
    limit: keep,
    bytes: ({ parameters }) => 4 * countParameters(parameters).total,
    dispose: model => model.dispose(),
  })
  return {
    path: folder,
    name: basename(folder),
    tokenizers,
    steps: async () => (await list()).map(({ step }) => step),
    snapshot,
    tokenizer,
    described,
    async table(asked, work) {
      const { step } = await find(asked)
      const make = async () => {
        const { data, shape } = await (await snapshot(step)).tensor((await described()).tables.tokens)
        return { data: data as Float32Array, width: shape[1]! }
      }
      return tables.use(String(step), make, table => work(table, step))
    },
    async model(asked, work) {
      const { step, path: from } = await find(asked)
      if (step === held?.step) return work(held.model, step)
      const make = async () => {
        const checkpoint = await readCheckpoint(from, { part: 'weights' })
        if (!held) await chooseBackend(backend, { precision: precisionOf(checkpoint.trainer) })
        return modelFromHfConfig(JSON.parse(await checkpoint.files('config.json')), checkpoint.weights)
      }
      return models.use(String(step), make, model => work(model, step))
    },
    recipe,
    async evaluation(model) {
      const file = join(folder, 'eval.arrow')
      if (!existsSync(file)) {
        const advice = 'train it with an evaluation share above 0'
        throw new StateError('keeps no held-out text', { file: folder, advice })
      }
      const context = { recipe: await recipe(), tokenizer: await tokenizer(), emit: () => {} }
      return evaluationFor(model, await loadEvaluation(file), context)
    },
    dispose() {
      models.clear()
      tables.clear()
    },
  }
}

/** What is asked for is made at the first time, and again after it could not be. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch(error => {
      made = undefined
      throw error
    })
    return made
  }
}

function refuse(folder: string, alone: boolean): void {
  const advice = 'name the folder of a run, such as runs/quickstart'
  if (!existsSync(folder)) throw new StateError('there is no such run', { file: folder, advice })
  const ours = ['metrics.jsonl', 'checkpoints', 'lock'].some(name => existsSync(join(folder, name)))
  if (!alone && !ours) throw new StateError('is not the folder of a run', { file: folder, advice })
}

async function parsed(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    const advice = 'a run writes it before its first step: it may only just have begun'
    throw new StateError('cannot be read', { file, cause, advice })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError(`is not JSON: ${(cause as Error).message}`, { file, cause })
  }
}

async function readTokenizer(file: string): Promise<Tokenizer> {
  const json = await parsed(file)
  try {
    return await loadAnyTokenizer(json)
  } catch (cause) {
    throw new DataError(`the run's tokenizer cannot be read: ${(cause as Error).message}`, { file, cause })
  }
}
