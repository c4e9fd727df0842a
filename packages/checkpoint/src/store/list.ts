import { join } from 'node:path'
import { withInput } from '../files/checksum.ts'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { fileNames, stepEntry } from './names.ts'

/** One complete checkpoint on the disk. */
export interface Listed {
  readonly step: number
  readonly path: string
  /** Whether the optimizer's state is there, too, so that training can go on from it. */
  readonly resumable: boolean
}

/** The complete checkpoints in a directory, by rising step. What has no DONE is passed over. */
export async function listCheckpoints(
  dir: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<readonly Listed[]> {
  const found = new Map<number, Listed>()
  // "step-000200" stands before "step-000200.replaced", and is the newer of the two.
  for (const name of [...(await files.names(dir))].sort()) {
    const entry = stepEntry(name)
    if (!entry || entry.state === 'temporary' || found.has(entry.step)) continue
    const path = join(dir, name)
    const names = await files.names(path)
    if ((await doneSum(path, names, files)) === undefined) continue
    found.set(entry.step, { step: entry.step, path, resumable: names.includes(fileNames.optimizer) })
  }
  return [...found.values()].sort((a, b) => a.step - b.step)
}

/**
 * Path of the newest complete checkpoint in a directory; undefined where there is none.
 *
 * @param options.resumable pass over those that hold weights only
 */
export async function latestCheckpoint(
  dir: string,
  { resumable = false, files = nodeFiles }: { resumable?: boolean; files?: FileLayer } = {},
): Promise<string | undefined> {
  const complete = await listCheckpoints(dir, { files })
  return complete.findLast(checkpoint => checkpoint.resumable || !resumable)?.path
}

/** The manifest's SHA-256 as DONE has it; undefined where there is no DONE, or an unfinished one. */
export async function doneSum(path: string, names: readonly string[], files: FileLayer): Promise<string | undefined> {
  if (!names.includes(fileNames.done)) return undefined
  const text = await readText(join(path, fileNames.done), files)
  return /^([0-9a-f]{64})\n$/.exec(text)?.[1]
}

export function readText(path: string, files: FileLayer): Promise<string> {
  return withInput(files, path, async input => {
    const bytes = new Uint8Array(input.size)
    await input.read(bytes, 0)
    return Buffer.from(bytes.buffer).toString('utf8')
  })
}
