import { readFile } from 'node:fs/promises'
import { listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import { type Backend, tf } from '@sluice/compute'
import type { Json, RunEvent, RunFolder } from '@sluice/pipeline'
import { countParameters, type LanguageModel, type MaskedModel, parameterGroup } from '@sluice/transformer'
import { instanceNames } from './corpus.ts'
import type { Inside } from './inside/inside.ts'
import { lookInside } from './inside/look-inside.ts'
import { openRun } from './inspect/open-run.ts'
import { checkpointsDir } from './layout.ts'
import { whatWasLearned } from './learned.ts'
import { readEvents } from './log.ts'
import type { Recipe } from './recipe.ts'
import {
  type GroupChange,
  gather,
  type MetricPoint,
  type SourcePoint,
  whatChanged,
  writeReport,
} from './report/index.ts'
import { peakMemory, type RunSummary } from './summary.ts'

export interface Ended {
  readonly recipe: Recipe
  readonly folder: RunFolder
  readonly backend: Backend
  readonly model: LanguageModel | MaskedModel
  readonly outcome: RunSummary['outcome']
  /** What this session told at its end and no log keeps: the counters of the stages. */
  readonly finished: readonly RunEvent[]
  readonly notes: readonly string[]
}

/** Tells what a run came to, from all that its log holds, and writes the report. */
export async function finish({ recipe, folder, backend, model, outcome, finished, notes }: Ended): Promise<RunSummary> {
  const told = gather([...(await readEvents(folder.metrics.path)), ...finished])
  const { metrics, evaluations, baselines, samples } = told
  const tokens = sum(metrics, 'tokens')
  const seconds = sum(metrics, 'seconds')
  const last = evaluations.at(-1)
  const figures = {
    outcome,
    parameters: countParameters(model.parameters).total,
    step: metrics.at(-1)?.step ?? 0,
    steps: recipe.train.steps,
    tokens,
    seconds,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    peakMemory: peakMemory(),
    notes,
    // A run that was stopped before its second evaluation has been judged by what it began with.
    ...(last && baselines && (last.step > 0 || metrics.length === 0)
      ? { learned: whatWasLearned({ loss: last.loss, ...baselines }) }
      : {}),
  }
  const changes = await changesOf(model, folder.path, metrics.at(-1))
  const { name } = recipe
  const report = folder.file('report.html')
  const sources = told.sources && withAsked(told.sources, recipe)
  const corpus = { ...(sources ? { sources } : {}), ...(told.refined ? { refined: told.refined } : {}) }
  const described = {
    ...corpus,
    name,
    backend: backend.description,
    changes,
    evaluations,
    ...(baselines ? { baselines } : {}),
  }
  const config = recipe as unknown as Json
  // A run that was stopped is to end now.
  const inside = outcome === 'finished' ? await insideOf({ folder, backend, model }, figures.step) : undefined
  await writeReport({
    path: report,
    run: { ...told, ...described, config, summary: figures, versions: await versions(), ...(inside ? { inside } : {}) },
  })
  const sample = samples.at(-1)
  const { predicts } = model
  return { ...described, ...figures, predicts, path: folder.path, report, ...(sample ? { sample } : {}) }
}

/** What there is to see in the weights of the last step, on the model as it lies in memory. */
async function insideOf(
  { folder, backend, model }: Pick<Ended, 'folder' | 'backend' | 'model'>,
  step: number,
): Promise<Inside> {
  // Of the tables of vectors one at a time is enough.
  const run = await openRun(folder.path, { held: { model, step }, keep: 0 })
  try {
    return await lookInside(run, { backend: backend.name })
  } finally {
    run.dispose()
  }
}

/** How far the weights are from those of step 0, which every run keeps. */
async function changesOf(
  model: LanguageModel | MaskedModel,
  run: string,
  last: MetricPoint | undefined,
): Promise<GroupChange[]> {
  const start = (await listCheckpoints(checkpointsDir(run))).find(({ step }) => step === 0)
  if (!start) return []
  const { weights: before } = await readCheckpoint(start.path, { part: 'weights' })
  // A table of positions that are not trained is written with the weights, but nothing is to be told of it.
  const positioned = [...model.parameters.keys()].some(name => parameterGroup(name) === 'positions')
  const told = [...model.weights()].filter(([name]) => positioned || parameterGroup(name) !== 'positions')
  const after = new Map(told)
  const prefix = 'grad_norm.'
  const norms = Object.entries(last ?? {}).filter(([name]) => name.startsWith(prefix))
  const gradNorms = Object.fromEntries(norms.map(([name, norm]) => [name.slice(prefix.length), norm]))
  return whatChanged({ before, after, group: parameterGroup, gradNorms })
}

/** Beside what each source gave, the share that its weight asks for. */
function withAsked(points: readonly SourcePoint[], { sources }: Recipe): SourcePoint[] {
  const names = instanceNames(sources)
  const total = sources.reduce((sum, { weight }) => sum + weight, 0)
  return points.map(point => {
    const section = sources[names.indexOf(point.source)]
    return section && sources.length > 1 ? { ...point, asked: section.weight / total } : point
  })
}

function sum(metrics: readonly MetricPoint[], name: string): number {
  return metrics.reduce((total, point) => total + (point[name] ?? 0), 0)
}

async function versions(): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return { sluice: version, node: process.versions.node, tfjs: tf.version_core }
}
