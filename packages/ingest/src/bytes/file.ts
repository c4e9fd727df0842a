import { type FileHandle, open } from 'node:fs/promises'
import { retrying, StorageError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'
import type { ByteReader } from './reader.ts'

export interface FileReader extends ByteReader {
  /** Bytes in the file when it was opened; infinite where nobody knows. */
  readonly size: number
  /** False where a place can only be read up to: of a server that gives whole files only. */
  readonly seekable?: boolean
  /** The next `read` starts at this byte. Where a file is fetched, no more than up to `end` is asked for. */
  seek(byte: number, end?: number): void
}

/**
 * Opens a file of a corpus. What the machine refuses for a reason that passes (a network file system without its server, too many
 * open files) is tried again for three seconds, the file opened anew.
 *
 * @throws StorageError when the machine, or a server, refuses to open or read it, or it becomes shorter while it is read
 */
export async function openFile(file: CorpusFile): Promise<FileReader> {
  if (file.open) return file.open()
  let handle: FileHandle | undefined
  const opened = async (): Promise<FileHandle> => {
    handle ??= await open(file.path, 'r')
    return handle
  }
  const { size } = await retrying(async () => (await opened()).stat()).catch(async cause => {
    await handle?.close()
    throw refused(file, 'open', cause)
  })
  let position = 0
  const readAt = async (into: Uint8Array, attempt: number): Promise<number> => {
    if (attempt > 0) {
      await handle?.close().catch(() => {})
      handle = undefined
    }
    return (await (await opened()).read(into, 0, into.length, position)).bytesRead
  }
  return {
    size,
    seek(byte) {
      position = byte
    },
    async read(into) {
      const bytesRead = await retrying(attempt => readAt(into, attempt)).catch(cause => {
        throw refused(file, 'read', cause)
      })
      if (bytesRead === 0 && into.length > 0 && position < size) throw cutShort(file, position, size)
      position += bytesRead
      return bytesRead
    },
    async close() {
      await handle?.close()
      handle = undefined
    },
  }
}

function refused(file: CorpusFile, verb: string, cause: unknown): StorageError {
  const { code, message, attempts } = cause as NodeJS.ErrnoException & { attempts?: number }
  const advice =
    code === 'EACCES' || code === 'EPERM'
      ? `give this user the right to read ${file.path}`
      : `check that ${file.path} still is where it was`
  const tried = attempts === undefined ? '' : `, tried ${attempts} times`
  return new StorageError(`cannot ${verb} it (${code ?? message}${tried})`, { file: file.name, advice, cause })
}

function cutShort(file: CorpusFile, position: number, size: number): StorageError {
  return new StorageError(`it had ${size} bytes when it was opened and ends after ${position} now`, {
    file: file.name,
    advice: 'put it back as it was, then go on with --resume',
  })
}
