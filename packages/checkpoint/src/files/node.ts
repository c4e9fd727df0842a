import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { DataError } from '@sluice/pipeline'
import { storageFault } from './faults.ts'
import type { FileLayer, InputFile, OutputFile } from './layer.ts'

/** What one call writes at most: system calls end below 2 GiB. */
const largestWrite = 1 << 24
/** The disk is set to work each time so much has been written: else nearly all of it waits for `sync`. */
const flushEvery = 1 << 26
/** What one call reads at most, and how many are under way: pages are copied by several threads at once. */
const largestRead = 1 << 22
const readsAtOnce = 4

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
  let unflushed = 0
  let flushing: Promise<void> | undefined
  let fault: { error: unknown } | undefined
  const flush = async (): Promise<void> => {
    try {
      await handle.datasync()
    } catch (error) {
      // The system tells of what it could not write once only.
      fault ??= { error }
    }
    flushing = undefined
  }
  const raise = (): void => {
    if (fault) throw fault.error
  }
  return {
    write: bytes =>
      told(path, async () => {
        for (let from = 0; from < bytes.byteLength; ) {
          raise()
          const length = Math.min(largestWrite, bytes.byteLength - from)
          const { bytesWritten } = await handle.write(bytes, from, length)
          from += bytesWritten
          unflushed += bytesWritten
          if (unflushed < flushEvery || flushing) continue
          unflushed = 0
          flushing = flush()
        }
      }),
    sync: () =>
      told(path, async () => {
        await flushing
        raise()
        await handle.sync()
      }),
    close: () =>
      told(path, async () => {
        await flushing
        await handle.close()
      }),
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
  const fill = async (into: Uint8Array, position: number, end: number): Promise<void> => {
    for (let from = 0; from < into.byteLength; ) {
      const { bytesRead } = await handle.read(into, from, into.byteLength - from, position + from)
      if (bytesRead === 0) throw new DataError(`expected ${end} bytes, found ${position + from}`, { file: path })
      from += bytesRead
    }
  }
  return {
    path,
    size: stat.size,
    read: (into, position) =>
      told(path, async () => {
        let next = 0
        const reader = async (): Promise<void> => {
          while (next < into.byteLength) {
            const first = next
            next = Math.min(next + largestRead, into.byteLength)
            await fill(into.subarray(first, next), position + first, position + into.byteLength)
          }
        }
        await Promise.all(Array.from({ length: readsAtOnce }, reader))
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
