import { realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { StateError } from '@sluice/pipeline'

/**
 * The path of something in a run's folder, once it is certain that it is in there: a link may lead elsewhere.
 *
 * @returns undefined where there is nothing
 * @throws StateError for what lies outside
 */
export function inside(folder: string, ...names: readonly string[]): string | undefined {
  const path = join(folder, ...names)
  let real: string
  let root: string
  try {
    root = realpathSync(folder)
    real = realpathSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  if (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return path
  throw new StateError("is a link that leads out of the run's folder, and is not shown", {
    file: path,
    advice: 'put the file itself there',
  })
}
