import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createGzip } from 'node:zlib'
import { storageError } from '@sluice/pipeline'

/** A file being written under a temporary name. */
export interface Output {
  /**
   * Hands bytes over. Resolves when those of the call before are written; they must not change until those of the next call
   * are, so that a writer with two buffers fills one while the other is on its way to the disk.
   */
  write(bytes: Uint8Array): Promise<void>
  /** Writes the rest and gives the file its name. */
  finish(): Promise<void>
  /** Closes it and leaves it under its temporary name. */
  leave(): Promise<void>
}

/** What a file is called until it is whole. */
export function partialName(path: string): string {
  return `${path}.partial`
}

/** @throws StorageError when the machine refuses */
export async function openOutput(path: string, compression: 'none' | 'gzip'): Promise<Output> {
  const partial = partialName(path)
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw storageError('cannot be written', path, error)
    })
  await told(mkdir(dirname(path), { recursive: true }))
  await told(rm(partial, { force: true }))
  const file = await told(compression === 'gzip' ? gzipped(partial) : plain(partial))
  let pending: Promise<void> = Promise.resolve()
  const settle = async (): Promise<void> => {
    try {
      await told(pending)
    } finally {
      await told(file.close())
    }
  }
  return {
    async write(bytes) {
      const before = pending
      // The error, if any, is for whoever waits for it next.
      pending = before.then(() => file.write(bytes))
      pending.catch(() => {})
      await told(before)
    },
    async finish() {
      await settle()
      await told(rename(partial, path))
    },
    leave: () => settle(),
  }
}

interface Target {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

async function plain(path: string): Promise<Target> {
  const handle = await open(path, 'wx')
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
    },
    close: () => handle.close(),
  }
}

async function gzipped(path: string): Promise<Target> {
  const file = createWriteStream(path, { flags: 'wx' })
  await once(file, 'open')
  const gzip = createGzip()
  gzip.pipe(file)
  let failure: Error | undefined
  file.on('error', error => {
    failure = error
    gzip.destroy(error)
  })
  gzip.on('error', () => {})
  return {
    write: bytes =>
      new Promise((resolve, reject) => {
        if (failure) reject(failure)
        else gzip.write(bytes, error => (error ? reject(failure ?? error) : resolve()))
      }),
    async close() {
      if (failure) throw failure
      gzip.end()
      await once(file, 'close')
      if (failure) throw failure
    },
  }
}
