import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { DataError } from '@sluice/pipeline'
import { storageFault } from './faults.ts'
import type { FileLayer, InputFile, OutputFile } from './layer.ts'

/** One call moves at most this much: system calls end below 2 GiB. */
const largestCall = 1 << 26

/** The machine's own file system. */
export const nodeFiles: FileLayer = {
  create: path => told(path, async () => outputFile(path, await open(path, 'w'))),
  open: path => told(path, () => inputFile(path)),
  names: path =>
    told(path, async () => {
      try {
        return await readdir(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw error
      }
    }),
  makeDirectory: path => told(path, async () => void (await mkdir(path, { recursive: true }))),
  syncDirectory: path => told(path, () => syncDirectory(path)),
  rename: (from, to) => told(from, () => rename(from, to)),
  remove: path => told(path, () => rm(path, { recursive: true, force: true, maxRetries: 3 })),
}

async function told<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw storageFault(error, path)
  }
}

function outputFile(path: string, handle: FileHandle): OutputFile {
  return {
    write: bytes =>
      told(path, async () => {
        for (let from = 0; from < bytes.byteLength; ) {
          const length = Math.min(largestCall, bytes.byteLength - from)
          from += (await handle.write(bytes, from, length)).bytesWritten
        }
      }),
    sync: () => told(path, () => handle.sync()),
    close: () => told(path, () => handle.close()),
  }
}

async function inputFile(path: string): Promise<InputFile> {
  const handle = await open(path, 'r')
  const stat = await handle.stat().catch(async error => {
    await handle.close()
    throw error
  })
  if (stat.isDirectory()) {
    await handle.close()
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
  }
  return {
    path,
    size: stat.size,
    read: (into, position) =>
      told(path, async () => {
        for (let from = 0; from < into.byteLength; ) {
          const length = Math.min(largestCall, into.byteLength - from)
          const { bytesRead } = await handle.read(into, from, length, position + from)
          if (bytesRead === 0) {
            const wanted = position + into.byteLength
            throw new DataError(`expected ${wanted} bytes, found ${position + from}`, { file: path })
          }
          from += bytesRead
        }
      }),
    close: () => told(path, () => handle.close()),
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle to a directory that could be flushed; NTFS journals the names itself.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
