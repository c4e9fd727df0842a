import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { StateError } from '../errors.ts'
import { storageError } from './storage-error.ts'

/** A file of JSON lines that only grows, except that resuming cuts it back to where the checkpoint stood. */
export interface MetricsLog {
  readonly path: string
  /** Adds one record as a line. It is with the operating system then; see `flush`. */
  append(record: object): void
  /** Bytes written so far. */
  readonly length: number
  /** Brings everything written onto the disk, and gives its length: what a checkpoint may rely on. */
  flush(): number
  /** Forgets everything after `length` bytes. @throws StateError where the file is shorter */
  truncate(length: number): void
  close(): void
}

export function openMetricsLog(path: string): MetricsLog {
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      throw storageError('cannot be written', path, error)
    }
  }
  // Not opened for appending: such a file cannot be truncated on Windows.
  closeSync(attempt(() => openSync(path, 'a')))
  let file: number | undefined = attempt(() => openSync(path, 'r+'))
  let length = fstatSync(file).size
  const opened = (): number => {
    if (file === undefined) throw new StateError('is closed', { file: path })
    return file
  }
  return {
    path,
    get length() {
      return length
    },
    append(record) {
      const handle = opened()
      const line = Buffer.from(`${JSON.stringify(record)}\n`)
      attempt(() => {
        for (let at = 0; at < line.length; ) at += writeSync(handle, line, at, line.length - at, length + at)
      })
      length += line.length
    },
    flush() {
      attempt(() => fsyncSync(opened()))
      return length
    },
    truncate(to) {
      if (to > length) {
        throw new StateError(`holds ${length} bytes, and the checkpoint was written when it held ${to}`, {
          file: path,
          advice: 'put the whole file back, or begin the run afresh with --overwrite',
        })
      }
      attempt(() => ftruncateSync(opened(), to))
      length = to
    },
    close() {
      if (file === undefined) return
      const handle = file
      file = undefined
      attempt(() => {
        fsyncSync(handle)
        closeSync(handle)
      })
    },
  }
}
