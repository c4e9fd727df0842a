import { StorageError } from '../errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is a file, not a folder',
  EMFILE: 'too many files are open',
  EBUSY: 'another process uses it',
  EFBIG: 'it would be larger than the system allows',
  EIO: 'the device failed',
  ESTALE: 'its file system has lost it',
  ETIMEDOUT: 'its file system does not answer',
}

/** What the operating system refused, in words: `cannot be written: no space is left on the device`. */
export function storageError(what: string, file: string, error: unknown): StorageError {
  const { code, message } = error as NodeJS.ErrnoException
  return new StorageError(`${what}: ${reasons[code ?? ''] ?? message}`, { file, cause: error })
}
