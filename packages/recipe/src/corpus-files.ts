import { readFile } from 'node:fs/promises'
import { atomicWrite, type FileState, type Source, StateError } from '@sluice/pipeline'

/** Where a run keeps which files its text comes from. */
export const corpusFile = 'corpus.json'

/** By name. Earlier versions kept the bytes alone. */
type States = Readonly<Record<string, FileState | number>>

/** Writes down which files a run reads and what they are like. */
export async function keepCorpusFiles(source: Source, path: string): Promise<void> {
  if (source.files) await atomicWrite(path, `${JSON.stringify(await source.files(), null, 1)}\n`)
}

/**
 * Makes sure that a run that goes on finds its text as it was: a cursor says where in a file it stood, and nothing of a text that was
 * cut or edited since. Runs of earlier versions have not written it down.
 *
 * @returns a word about files that have come, and about those that may be others of the same size, for a warning each
 * @throws StateError naming files that are gone, or have another size
 */
export async function checkCorpusFiles(source: Source, path: string): Promise<string[]> {
  if (!source.files) return []
  const before = await readStates(path)
  const now = await source.files()
  if (!before) return []
  const was = Object.entries(before).map(([name, state]) => {
    return { name, state: typeof state === 'number' ? { bytes: state, modified: undefined } : state, found: now[name] }
  })
  const changed = was.flatMap(({ name, state: { bytes }, found }) => {
    if (!found) return [`${name} is gone`]
    return found.bytes === bytes ? [] : [`${name} had ${bytes} bytes when the run began, and has ${found.bytes} now`]
  })
  if (changed.length > 0) {
    throw new StateError(`the text is not what it was: ${some(changed, '; ')}`, {
      file: path,
      advice: 'put it back as it was, or start another run with --name, or afresh with --overwrite',
    })
  }
  const written = was.flatMap(({ name, state: { modified }, found }) =>
    modified === undefined || found?.modified === modified ? [] : [name],
  )
  const come = Object.keys(now).filter(name => !(name in before))
  return [
    ...(written.length === 0
      ? []
      : [
          `as many bytes as when the run began, and another date: ${some(written)}; if the text is another, the run goes on with that`,
        ]),
    ...(come.length === 0 ? [] : [`${some(come)} came since the run began`]),
  ]
}

/** The first three of a list, and how many more there are. */
function some(list: readonly string[], between = ', '): string {
  const more = list.length > 3 ? `${between === ', ' ? ' ' : between}and ${list.length - 3} more` : ''
  return `${list.slice(0, 3).join(between)}${more}`
}

async function readStates(path: string): Promise<States | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as States
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateError(`cannot be read: ${(error as Error).message}`, {
      file: path,
      advice: 'delete it',
      cause: error,
    })
  }
}
