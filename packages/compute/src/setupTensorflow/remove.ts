import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tensorflowFolder } from '../backends/tensorflow/cacheFolder.ts'
import { readJson } from '../backends/tensorflow/installation.ts'
import { CURRENT } from '../backends/tensorflow/layout.ts'
import { lockFolder } from './lock.ts'
import { installationName } from './setup.ts'

export interface RemoveOptions {
  /** Removes this version only. Default: all. */
  readonly version?: string
  /** Of that version, the one with NVIDIA's libraries. Default false. */
  readonly gpu?: boolean
  /** Default: the user's cache. */
  readonly folder?: string
}

/**
 * Undoes `setupTensorflow`.
 *
 * @returns the folders that are gone
 */
export async function removeTensorflow({
  version,
  gpu = false,
  folder = tensorflowFolder(),
}: RemoveOptions = {}): Promise<string[]> {
  const only = version === undefined ? undefined : installationName(version, gpu)
  if (!existsSync(folder)) return []
  const unlock = lockFolder(folder)
  const removed: string[] = []
  try {
    const names = (await readdir(folder)).filter(name => /^\d.*-(?:cpu|gpu)$/.test(name))
    for (const name of names.filter(name => only === undefined || name === only)) {
      // What is in use first: a half-removed installation is never loaded.
      if (readJson<{ folder: string }>(join(folder, CURRENT))?.folder === name)
        await rm(join(folder, CURRENT), { force: true })
      await rm(join(folder, name), { recursive: true, force: true })
      removed.push(join(folder, name))
    }
    if (only === undefined) await rm(join(folder, CURRENT), { force: true })
  } finally {
    unlock()
  }
  // Left alone where something else is in it.
  await rmdir(folder).catch(() => undefined)
  return removed
}
