import { isDeepStrictEqual } from 'node:util'
import { StateError } from '@sluice/pipeline'
import type { Recipe } from './recipe.ts'
import { isSection } from './variant.ts'

/** What a checkpoint is the continuation of: these must be as they were. */
const bound = ['seed', 'sources', 'mix', 'refine', 'tokenizer', 'data', 'model'] as const

/** What may change at will, because no later step depends on it. */
const free = [
  'train.backend',
  'train.threads',
  'train.gpu.memory',
  'train.steps',
  'train.evaluateEvery',
  'train.sampleEvery',
  'train.patience',
  'train.blame',
  'train.tensorboard',
  'train.sample',
]

/** Of what is bound: who does the work does not change what comes out. */
const workers = /^(refine\[\d+\]|tokenizer|data\.mask)\.workers$/

/** Of what is bound: the text goes on where it stood, however often it may still be read. */
const epochs = /^(mix|sources\[\d+\])\.epochs$/

/** Where the tokens are kept: what is missing there is made again. */
const place = /^data\.cache\.(dir|limit)$/

/**
 * Refuses to go on with a recipe that the checkpoint is no part of. What is neither bound nor told here (`memory`, `dataWorkers`,
 * `workers` of stages, `checkpoint`, `modules`, `perBackend`) may change at will.
 *
 * @returns the keys of `train` that changed, and the epochs, each with both values: the run goes on under the new ones
 * @throws StateError naming every bound key that differs, with both values
 */
export function agree(recipe: Recipe, before: Recipe, checkpoint: string): string[] {
  const all = bound.flatMap(key => differences(recipe[key], before[key], key))
  const kept = all.filter(({ path }) => !workers.test(path) && !place.test(path))
  // Of several sources, it is the mix that is kept: with other epochs another one.
  const mixed = recipe.data.cache !== undefined && recipe.sources.length > 1
  const broken = kept.filter(({ path }) => mixed || !epochs.test(path))
  if (broken.length > 0) {
    const told = broken.map(({ path, a, b }) => `${path} is ${show(a)} in the config, ${show(b)} in the checkpoint`)
    throw new StateError(told.join('; '), {
      file: checkpoint,
      advice: `set ${told.length === 1 ? 'it' : 'them'} back to resume, or start another run with --name, or afresh with --overwrite`,
    })
  }
  const training = differences(recipe.train, before.train, 'train').filter(({ path }) => !isFree(path))
  const begun = differences(recipe.init, before.init, 'init')
  return [
    ...[...kept, ...training].map(({ path, a, b }) => `${path} is ${show(a)} now, it was ${show(b)}`),
    ...begun.map(
      ({ a, b }) => `init is ${show(a)} now, it was ${show(b)}: the weights are the checkpoint's all the same`,
    ),
  ]
}

function isFree(path: string): boolean {
  return free.some(key => path === key || path.startsWith(`${key}.`))
}

interface Difference {
  readonly path: string
  readonly a: unknown
  readonly b: unknown
}

/** Every key that differs, in the order of their names; lists of different lengths as a whole. */
function differences(a: unknown, b: unknown, path: string): Difference[] {
  if (isDeepStrictEqual(a, b)) return []
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.flatMap((each, i) => differences(each, b[i], `${path}[${i}]`))
  }
  if (isSection(a) && isSection(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
    return keys.flatMap(key => differences(a[key], b[key], `${path}.${key}`))
  }
  return [{ path, a, b }]
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value)
}
