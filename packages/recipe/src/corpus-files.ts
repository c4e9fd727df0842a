import { readFile } from 'node:fs/promises'
import { atomicWrite, type Source, StateError } from '@sluice/pipeline'

/** Where a run keeps which files its text comes from. */
export const corpusFile = 'corpus.json'

/** Name to bytes. */
type Sizes = Readonly<Record<string, number>>

/** Writes down which files a run reads and how large they are. */
export async function keepCorpusFiles(source: Source, path: string): Promise<void> {
  if (source.files) await atomicWrite(path, `${JSON.stringify(await source.files(), null, 1)}\n`)
}

/**
 * Makes sure that a run that goes on finds its text as it was: a cursor says where in a file it stood, and nothing of a text that was
 * cut or edited since. Runs of earlier versions have not written it down.
 *
 * @returns a word about files that have come, for a warning each
 * @throws StateError naming files that are gone, or have another size
 */
export async function checkCorpusFiles(source: Source, path: string): Promise<string[]> {
  if (!source.files) return []
  const before = await readSizes(path)
  const now = await source.files()
  if (!before) return []
  const changed = Object.entries(before).flatMap(([name, bytes]) => {
    const found = now[name]
    if (found === bytes) return []
    return [
      found === undefined ? `${name} is gone` : `${name} had ${bytes} bytes when the run began, and has ${found} now`,
    ]
  })
  if (changed.length > 0) {
    const more = changed.length > 3 ? `; and ${changed.length - 3} more` : ''
    throw new StateError(`the text is not what it was: ${changed.slice(0, 3).join('; ')}${more}`, {
      file: path,
      advice: 'put it back as it was, or start another run with --name, or afresh with --overwrite',
    })
  }
  const come = Object.keys(now).filter(name => !(name in before))
  if (come.length === 0) return []
  return [
    `${come.slice(0, 3).join(', ')}${come.length > 3 ? ` and ${come.length - 3} more` : ''} came since the run began`,
  ]
}

async function readSizes(path: string): Promise<Sizes | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Sizes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateError(`cannot be read: ${(error as Error).message}`, {
      file: path,
      advice: 'delete it',
      cause: error,
    })
  }
}
