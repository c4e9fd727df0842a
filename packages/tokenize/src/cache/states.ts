import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { atomicWrite } from '@sluice/pipeline'

// What stages keep beside the cursor (the table of a deduplication) grows from shard to shard, and serves every earlier one too. So
// two states are kept, the newest and the one before, which another process may just be reading.

const name = (shard: number, stage: string) =>
  `${String(shard).padStart(5, '0')}.${encodeURIComponent(stage).replaceAll('*', '%2A')}.state`

/** Writes down what stages kept when a shard was full, before its note. @throws StorageError */
export async function writeStates(
  folder: string,
  shard: number,
  states: ReadonlyMap<string, Iterable<Uint8Array>>,
): Promise<void> {
  for (const [stage, bytes] of states) {
    await atomicWrite(join(folder, name(shard, stage)), bytes)
    for (const [older, file] of await statesOf(folder, stage)) {
      if (older < shard - 1) await rm(join(folder, file), { force: true })
    }
  }
}

/** Where the newest state of each stage is kept. */
export async function savedStates(folder: string): Promise<(stage: string) => string | undefined> {
  const newest = new Map<string, string>()
  const files = await readdir(folder)
  // In the order of their shards.
  for (const file of files.sort()) {
    const found = /^\d+\.(.+)\.state$/.exec(file)
    if (found) newest.set(found[1]!, join(folder, file))
  }
  return stage => newest.get(encodeURIComponent(stage).replaceAll('*', '%2A'))
}

async function statesOf(folder: string, stage: string): Promise<[number, string][]> {
  const ending = name(0, stage).slice(5)
  const files = await readdir(folder)
  return files.filter(file => file.slice(5) === ending).map(file => [Number.parseInt(file, 10), file])
}
