import { join } from 'node:path'
import type { FileLayer } from '../files/layer.ts'
import { doneSum } from './list.ts'
import { fileNames, stepEntry, stepName } from './names.ts'

/** Clears away what a writer that died left behind: to be called by the only writer, before it writes. */
export async function sweep(dir: string, files: FileLayer): Promise<void> {
  const entries = (await files.names(dir)).map(stepEntry).filter(entry => entry !== undefined)
  const isComplete = async (path: string) => (await doneSum(path, await files.names(path), files)) !== undefined
  for (const { name, state } of entries) if (state === 'temporary') await files.remove(join(dir, name))
  for (const step of new Set(entries.map(entry => entry.step))) {
    const final = join(dir, stepName(step))
    const replaced = `${final}.replaced`
    if (await isComplete(final)) {
      await discard(replaced, files)
    } else {
      await discard(final, files)
      if (await isComplete(replaced)) await files.rename(replaced, final)
      else await discard(replaced, files)
    }
  }
  if (entries.length > 0) await files.syncDirectory(dir)
}

/** Takes a checkpoint away so that it is never seen in part: first its DONE, for good, then the rest. */
export async function discard(path: string, files: FileLayer): Promise<void> {
  if ((await files.names(path)).includes(fileNames.done)) {
    await files.remove(join(path, fileNames.done))
    await files.syncDirectory(path)
  }
  await files.remove(path)
}
