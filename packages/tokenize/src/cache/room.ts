import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Removes shards, longest unused first, until those that stay have at most `most` bytes: those of every cache in the folder. Their
 * notes stay, so that they can be made again.
 */
export async function makeRoom(dir: string, most: number, except: string): Promise<void> {
  if (most === Number.POSITIVE_INFINITY) return
  const files = (await readdir(dir, { recursive: true })).filter(file => file.endsWith('.arrow'))
  const found = await Promise.all(
    files.map(async file => {
      const path = join(dir, file)
      // Somebody else may have removed it by now.
      const at = await stat(path).catch(() => undefined)
      return at ? [{ path, size: at.size, used: at.mtimeMs }] : []
    }),
  )
  const shards = found.flat()
  let bytes = shards.reduce((sum, { size }) => sum + size, 0)
  for (const { path, size } of shards.sort((a, b) => a.used - b.used)) {
    if (bytes <= most) return
    if (path === except) continue
    await rm(path, { force: true })
    bytes -= size
  }
}

/** Removes what writers that died have left behind: nobody writes one file for an hour. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.tmp')) continue
    const path = join(folder, file)
    const at = await stat(path).catch(() => undefined)
    if (at && at.mtimeMs < Date.now() - 3_600_000) await rm(path, { force: true })
  }
}
