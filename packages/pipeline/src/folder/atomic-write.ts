import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storageError } from './storage-error.ts'

/**
 * Writes a file so that at any moment, a power cut included, there is either what was there before or all of the new: under
 * a temporary name beside it, flushed to the disk, renamed, the folder flushed where the system allows that.
 *
 * @throws StorageError; the temporary file is gone then
 */
export async function atomicWrite(
  path: string,
  data: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const piece of typeof data === 'string' || data instanceof Uint8Array ? [data] : data) {
        await writeAll(file, typeof piece === 'string' ? Buffer.from(piece) : piece)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await replace(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    // Only what the system refused; an error of the caller's iterator is the caller's.
    throw typeof (error as NodeJS.ErrnoException).syscall === 'string'
      ? storageError('cannot be written', path, error)
      : error
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

/** Windows refuses to replace a file that somebody, a virus scanner for one, has open just now. */
async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (process.platform !== 'win32' || attempt === 5 || !['EPERM', 'EACCES', 'EBUSY'].includes(code ?? ''))
        throw error
      await sleep(20 * 2 ** attempt)
    }
  }
}

/** Flushes a folder's entries to the disk, so that a rename survives a power cut. Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems cannot.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await folder.close()
  }
}
