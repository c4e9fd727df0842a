import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StateError } from '@sluice/pipeline'
import { wrongWith } from './watch/watch-run.ts'

/**
 * The runs that paths name: each the folder of a run, or a folder that holds runs, whose newest comes first by its name's order.
 *
 * @throws StateError saying plainly what a path is, where it is neither
 */
export function findRuns(paths: readonly string[]): string[] {
  const found = paths.flatMap(given => {
    const path = resolve(given)
    const problem = wrongWith(path)
    if (!problem) return [path]
    const within = runsIn(path)
    if (within.length > 0) return within
    throw new StateError(problem.message, { file: given, ...(problem.advice ? { advice: problem.advice } : {}) })
  })
  return [...new Set(found)]
}

function runsIn(path: string): string[] {
  try {
    const folders = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isDirectory())
    return folders.map(({ name }) => join(path, name)).filter(folder => isWhole(folder))
  } catch {
    return []
  }
}

function isWhole(folder: string): boolean {
  return !wrongWith(folder) && readdirSync(folder).includes('config.json')
}
