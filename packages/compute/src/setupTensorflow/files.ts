import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Layout } from '../backends/tensorflow/layout.ts'

/** Libraries and modules below one folder of an installation, by path relative to it, with their sizes. */
export async function libraryFiles(layout: Layout, below: string): Promise<Record<string, number>> {
  const files: Record<string, number> = {}
  const names = (await readdir(below, { recursive: true })).filter(name => /\.(?:so(?:\.\d+)*|dylib|node)$/.test(name))
  for (const name of names.sort()) {
    const path = join(below, name)
    files[relative(layout.folder, path)] = (await stat(path)).size
  }
  return files
}
