import { open } from 'node:fs/promises'
import { StorageError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'
import type { ByteReader } from './reader.ts'

export interface FileReader extends ByteReader {
  /** Bytes in the file when it was opened. */
  readonly size: number
  /** The next `read` starts at this byte. */
  seek(byte: number): void
}

/** @throws StorageError when the machine refuses to open or read it */
export async function openFile(file: CorpusFile): Promise<FileReader> {
  const handle = await open(file.path, 'r').catch(cause => {
    throw refused(file, 'open', cause)
  })
  const { size } = await handle.stat()
  let position = 0
  return {
    size,
    seek(byte) {
      position = byte
    },
    async read(into) {
      const { bytesRead } = await handle.read(into, 0, into.length, position).catch(cause => {
        throw refused(file, 'read', cause)
      })
      position += bytesRead
      return bytesRead
    },
    close: () => handle.close(),
  }
}

function refused(file: CorpusFile, verb: string, cause: unknown): StorageError {
  const { code, message } = cause as NodeJS.ErrnoException
  const advice =
    code === 'EACCES' || code === 'EPERM'
      ? `give this user the right to read ${file.path}`
      : `check that ${file.path} still is where it was`
  return new StorageError(`cannot ${verb} it (${code ?? message})`, { file: file.name, advice, cause })
}
