import { StorageError } from '@sluice/pipeline'
import type { FileReader } from './file.ts'

/**
 * Bytes of a file whose end is needed first. What comes from standard input is read (and written down) to its end for that.
 *
 * @param what that has it there, for the message: `a zip archive has its directory`
 * @throws StorageError for a file of a server that gives whole files only, or does not tell their size
 */
export async function knownSize(reader: FileReader, file: string, what: string): Promise<number> {
  if (reader.seekable !== false) {
    if (Number.isFinite(reader.size)) return reader.size
    reader.seek(Number.MAX_SAFE_INTEGER)
    await reader.read(new Uint8Array(1))
    if (Number.isFinite(reader.size)) return reader.size
  }
  throw new StorageError(`${what} at its end, and the server gives it from its beginning only`, {
    file,
    advice: 'fetch the file first and name the copy',
  })
}
