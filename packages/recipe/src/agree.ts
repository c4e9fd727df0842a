import { isDeepStrictEqual } from 'node:util'
import { StateError } from '@sluice/pipeline'
import type { Recipe } from './recipe.ts'
import { isSection } from './variant.ts'

/** What a checkpoint is the continuation of: these must be as they were. */
const bound = ['seed', 'sources', 'mix', 'refine', 'tokenizer', 'data', 'model'] as const

/** What may change at will, because no later step depends on it. */
const free = new Set([
  'train.backend',
  'train.threads',
  'train.gpu.memory',
  'train.steps',
  'train.evaluateEvery',
  'train.sampleEvery',
  'train.patience',
  'train.blame',
  'train.tensorboard',
])

/**
 * Refuses to go on with a recipe that the checkpoint is no part of.
 *
 * @returns the keys of `train` that changed, each with both values: the run goes on under the new ones
 * @throws StateError naming the first key that differs, with both values
 */
export function agree(recipe: Recipe, before: Recipe, checkpoint: string): string[] {
  for (const key of bound) {
    const difference = firstDifference(recipe[key], before[key], key)
    if (!difference) continue
    throw new StateError(
      `${difference.path} is ${show(difference.a)} in the config, ${show(difference.b)} in the checkpoint`,
      {
        file: checkpoint,
        advice: 'set it back to resume, or start another run with --name, or afresh with --overwrite',
      },
    )
  }
  const keys = new Set([...Object.keys(recipe.train), ...Object.keys(before.train)])
  return [...keys].sort().flatMap(key => {
    const path = `train.${key}`
    if (free.has(path) || key === 'sample') return []
    const difference = firstDifference(recipe.train[key as never], before.train[key as never], path)
    return difference ? [`${difference.path} is ${show(difference.a)} now, it was ${show(difference.b)}`] : []
  })
}

interface Difference {
  readonly path: string
  readonly a: unknown
  readonly b: unknown
}

function firstDifference(a: unknown, b: unknown, path: string): Difference | undefined {
  if (isDeepStrictEqual(a, b)) return undefined
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (let i = 0; i < a.length; i++) {
      const difference = firstDifference(a[i], b[i], `${path}[${i}]`)
      if (difference) return difference
    }
  }
  if (isSection(a) && isSection(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const difference = firstDifference(a[key], b[key], `${path}.${key}`)
      if (difference) return difference
    }
    return undefined
  }
  return { path, a, b }
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value)
}
