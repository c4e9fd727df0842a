import { join } from 'node:path'
import type { FileLayer } from '../files/layer.ts'
import { listCheckpoints } from './list.ts'
import { fileNames } from './names.ts'
import { discard } from './sweep.ts'

/**
 * Keeps the last `keep` checkpoints. Of an older one the weights stay if its step is one of `early`, and nothing otherwise;
 * weights of an early step do not count among the `keep`.
 *
 * @param best a step whose checkpoint stays as it is, however old
 */
export async function prune(
  dir: string,
  keep: number,
  early: ReadonlySet<number>,
  files: FileLayer,
  best?: number,
): Promise<void> {
  const counted = (await listCheckpoints(dir, { files })).filter(({ step, resumable }) => resumable || !early.has(step))
  for (const { path, step } of counted.slice(0, Math.max(0, counted.length - keep))) {
    if (step === best) continue
    // The manifest calls these files optional, so that taking them away leaves a whole checkpoint of weights.
    if (early.has(step)) {
      await files.remove(join(path, fileNames.optimizer))
      for (const name of await files.names(path))
        if (/^stage\..*\.bin$/.test(name)) await files.remove(join(path, name))
    } else await discard(path, files)
  }
}
