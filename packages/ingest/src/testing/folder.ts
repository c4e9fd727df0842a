import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for the tests of one file, gone after them. */
export async function testFolder(): Promise<{
  path: string
  write(name: string, content: string | Uint8Array): Promise<string>
}> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-ingest-'))
  afterAll(() => rm(path, { recursive: true, force: true }))
  return {
    path,
    async write(name, content) {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
      return file
    },
  }
}
