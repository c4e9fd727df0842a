import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { nearest, StorageError } from '@sluice/pipeline'

/** The fault for a path where there is nothing, with the name nearby that may have been meant. */
export async function missing(entry: string, path: string): Promise<StorageError> {
  const near = nearest(basename(path), await readdir(dirname(path)).catch(() => []))
  return new StorageError('there is no such file or directory', {
    file: entry,
    place: path,
    advice: near ? `did you mean "${near}"?` : 'relative paths start at the folder of the config',
  })
}
