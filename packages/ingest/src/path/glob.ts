import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { glob } from 'tinyglobby'
import { nameInside } from './name-inside.ts'

/** Absolute paths of the files that a glob means. Names that begin with a dot are left out unless the pattern has the dot. */
export async function matching(entry: string, root: string, pattern: string): Promise<string[]> {
  const found = await glob(pattern, { cwd: root, onlyFiles: true, expandDirectories: false, absolute: true })
  if (found.length > 0) return found.map(path => resolve(path))
  throw new ConfigError('no file matches this glob', {
    file: entry,
    place: root,
    advice: 'check the spelling; relative globs start at the folder of the config, and ** goes into folders',
  })
}

/** Absolute paths of a directory's files, at any depth, that end in one of `extensions`, packed or not. */
export async function filesUnder(entry: string, root: string, extensions: readonly string[]): Promise<string[]> {
  const found = await glob('**/*', { cwd: root, onlyFiles: true, expandDirectories: false, absolute: true })
  const taken = found.filter(path => extensions.some(end => nameInside(path).endsWith(end)))
  if (taken.length > 0) return taken.map(path => resolve(path))
  const there = found.length > 0 || (await readdir(root)).length > 0
  const ends = extensions.join(', ')
  throw new ConfigError(there ? `no file in this directory ends in ${ends}` : 'this directory is empty', {
    file: entry,
    place: root,
    advice: there
      ? `name the files by a glob, "${entry.replace(/[/\\]+$/, '')}/*.xyz" for instance`
      : 'put the corpus there',
  })
}
