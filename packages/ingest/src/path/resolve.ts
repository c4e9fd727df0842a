import { stat } from 'node:fs/promises'
import { isAbsolute, posix, relative, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { ConfigError, StorageError } from '@sluice/pipeline'
import { isDynamicPattern } from 'tinyglobby'
import { isAddress } from '../http/address.ts'
import { addressedFile } from '../http/file.ts'
import type { HttpOptions } from '../http/settings.ts'
import type { Version } from '../http/version.ts'
import { stdinFile } from '../stdin/file.ts'
import type { CorpusFile } from './corpus-file.ts'
import { filesUnder, matching } from './glob.ts'
import { missing } from './missing.ts'
import { npmPath } from './npm.ts'

export interface PathOptions {
  /** A file, a directory, a glob, `npm:<package>/<any of these>`, an address of http: or https:, or `-`; or a list of them. */
  readonly path: string | readonly string[]
  /** What relative paths are relative to. */
  readonly baseDir: string
  /** What the files taken from a directory end in, or in that and `.gz`: `['.txt']`. Globs and files are taken as they are. */
  readonly extensions: readonly string[]
  /** For addresses. */
  readonly http?: HttpOptions
  readonly signal?: AbortSignal
  /** By address, what files on servers were when they were first opened: they are held to it. */
  readonly versions?: Map<string, Version>
  /** Takes warnings about servers. */
  readonly warn?: (message: string) => void
  /** For `-`: where it is written down, and what it stands for. */
  readonly scratchDir?: string | undefined
  readonly stdin?: Readable | undefined
}

/**
 * The files that a `path` means. Entries of a list keep their order; what one entry means is sorted by name, code unit by code
 * unit, so that every machine reads in the same order. A file that several entries mean is read once, at its first.
 *
 * @throws StorageError for a path where there is nothing; ConfigError for a glob, directory or list that means no file
 */
export async function resolvePath(options: PathOptions): Promise<CorpusFile[]> {
  const entries = [options.path].flat()
  if (entries.length === 0)
    throw new ConfigError('"path" is an empty list', { advice: 'name a file, a directory or a glob' })
  const files = new Map<string, CorpusFile>()
  for (const entry of entries) {
    for (const file of await resolveEntry(entry, options)) if (!files.has(file.path)) files.set(file.path, file)
  }
  return [...files.values()]
}

async function resolveEntry(entry: string, options: PathOptions): Promise<CorpusFile[]> {
  const { baseDir, extensions } = options
  if (isAddress(entry)) return [addressedFile(entry, options)]
  if (entry === '-') return [stdinFile(options)]
  if (entry.startsWith('npm:')) {
    const { root, rest, prefix } = npmPath(entry, baseDir)
    return resolveIn(entry, root, rest, path => `${prefix}/${slashed(relative(root, path))}`, extensions)
  }
  const name = (path: string): string => slashed(isAbsolute(entry) ? path : relative(resolve(baseDir), path))
  return resolveIn(entry, resolve(baseDir), entry, name, extensions)
}

async function resolveIn(
  entry: string,
  root: string,
  rest: string,
  name: (path: string) => string,
  extensions: readonly string[],
): Promise<CorpusFile[]> {
  const path = resolve(root, rest)
  const files = (paths: string[]): CorpusFile[] =>
    paths.map(found => ({ name: name(found), path: found })).sort((a, b) => (a.name < b.name ? -1 : 1))
  // What is there under its literal name is that, be there brackets in it.
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EINVAL') return undefined
    throw new StorageError(`cannot look at it (${error.code})`, { file: entry, place: path, cause: error })
  })
  if (found?.isFile()) return files([path])
  if (found?.isDirectory()) return files(await filesUnder(entry, path, extensions))
  if (found) {
    throw new ConfigError('it is neither a file nor a directory', {
      file: entry,
      place: path,
      advice: 'write what it gives to a file first',
    })
  }
  if (isDynamicPattern(slashed(rest))) return files(await matching(entry, root, slashed(rest)))
  throw await missing(entry, path)
}

/** Globs, names and ids have forward slashes on every system. */
function slashed(path: string): string {
  return sep === posix.sep ? path : path.replaceAll(sep, posix.sep)
}
