import type { CorpusFile } from '../path/corpus-file.ts'
import { addressOf, shownAddress } from './address.ts'
import { openRemote } from './open.ts'
import type { RemoteFile } from './remote.ts'
import { type HttpOptions, httpDefaults } from './settings.ts'
import type { Version } from './version.ts'

/** The file at an address. */
export function addressedFile(
  entry: string,
  options: {
    readonly http?: HttpOptions
    readonly signal?: AbortSignal
    readonly versions?: Map<string, Version>
    readonly warn?: (message: string) => void
  },
): CorpusFile {
  const { signal, versions = new Map<string, Version>(), warn = () => {} } = options
  const address = addressOf(entry)
  const name = shownAddress(address)
  const remote: RemoteFile = {
    name,
    address,
    settings: { ...httpDefaults, ...options.http },
    signal,
    warn,
    get version() {
      return versions.get(name)
    },
    set version(version) {
      if (version) versions.set(name, version)
    },
  }
  return {
    name,
    path: name,
    open: () => openRemote(remote),
    version: () => remote.version,
    expect(version) {
      remote.version = version as Version
    },
  }
}
