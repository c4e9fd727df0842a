import { readdirSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
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

/** What questions read of a run, and folders of it that they read all of. */
const read = {
  files: ['config.json', 'tokenizer.json', 'eval.arrow', 'metrics.jsonl'],
  folders: ['checkpoints', 'blame'],
}

/**
 * Looks through all that questions read of a run's folder.
 *
 * @throws StateError for a link that leads out of it
 */
export function refuseLinksOut(folder: string): void {
  for (const name of read.files) inside(folder, name)
  for (const name of read.folders) {
    const path = inside(folder, name)
    if (path === undefined) continue
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) inside(folder, relative(folder, join(entry.parentPath, entry.name)))
    }
  }
}
