import { type SluiceError, StorageError } from '@sluice/pipeline'

const reasons: Readonly<Record<string, { message: string; advice?: string }>> = {
  ENOSPC: { message: 'no space left on the disk', advice: 'free some space, or keep fewer checkpoints' },
  EDQUOT: { message: 'the disk quota is used up', advice: 'free some space, or keep fewer checkpoints' },
  EACCES: { message: 'permission denied', advice: "check the owner and the rights of the file's directory" },
  EPERM: { message: 'operation not permitted', advice: "check the owner and the rights of the file's directory" },
  EROFS: { message: 'the file system is read-only' },
  ENOENT: { message: 'no such file or directory' },
  EISDIR: { message: 'expected a file, found a directory' },
  ENOTDIR: { message: 'expected a directory, found a file' },
  EMFILE: { message: 'too many open files' },
  EFBIG: { message: 'the file would be larger than the system allows', advice: 'raise the limit (ulimit -f)' },
}

/** What the operating system refused, told in words. Errors that are ours already pass through. */
export function storageFault(cause: unknown, file: string): SluiceError {
  if (cause instanceof Error && 'exitCode' in cause) return cause as SluiceError
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const known = reasons[code]
  const message = known?.message ?? (cause instanceof Error ? cause.message : String(cause))
  return new StorageError(message, { file, cause, ...(known?.advice ? { advice: known.advice } : {}) })
}
