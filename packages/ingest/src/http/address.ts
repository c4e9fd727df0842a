import { ConfigError } from '@sluice/pipeline'

/** Whether an entry of a `path` is the address of a file on a server. */
export const isAddress = (entry: string): boolean => /^https?:\/\//i.test(entry)

/** @throws ConfigError for one that cannot be read */
export function addressOf(entry: string): URL {
  try {
    return new URL(entry)
  } catch (cause) {
    throw new ConfigError('this is no address', { file: entry, advice: 'write https://server/path/file', cause })
  }
}

/** What the file is called: its address without name and password, which have no place in documents and messages. */
export function shownAddress(address: URL): string {
  const shown = new URL(address)
  shown.username = ''
  shown.password = ''
  shown.hash = ''
  return shown.href
}
