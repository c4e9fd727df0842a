import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { SluiceError, StateError } from '../errors.ts'
import { hasLock, takeLock } from './lock.ts'
import { type MetricsLog, openMetricsLog } from './metrics-log.ts'
import { storageError } from './storage-error.ts'

export interface RunFolderOptions {
  path: string
  /**
   * `create` wants no run to be there; `overwrite` deletes the one that is; `resume` wants one to be there.
   */
  mode: 'create' | 'overwrite' | 'resume'
}

/** A run's folder, locked by this process. */
export interface RunFolder {
  /** Absolute. */
  readonly path: string
  /** The path of something in it: `file('checkpoints', 'step-000200')`. */
  file(...names: readonly string[]): string
  /** metrics.jsonl */
  readonly metrics: MetricsLog
  /** Gives the lock back. May be called again. */
  close(): Promise<void>
}

const metricsName = 'metrics.jsonl'

/**
 * Makes or takes the folder of a run and locks it.
 *
 * @throws StateError where what is there does not allow what was asked, or another process has it
 * @throws StorageError where the folder cannot be made or written
 */
export async function openRunFolder({ path, mode }: RunFolderOptions): Promise<RunFolder> {
  const folder = resolve(path)
  const before = inspect(folder)
  refuse(path, mode, before)
  let release: (() => void) | undefined
  try {
    makeFolder(folder)
    release = takeLock(folder)
    if (mode === 'overwrite') empty(folder)
    const metrics = openMetricsLog(join(folder, metricsName))
    const unlock = release
    return {
      path: folder,
      file: (...names) => join(folder, ...names),
      metrics,
      async close() {
        metrics.close()
        unlock()
      },
    }
  } catch (error) {
    release?.()
    throw error instanceof SluiceError ? error : storageError("the run's folder cannot be written", path, error)
  }
}

/** What stands at a path: nothing of worth, a run, or something else. */
function inspect(folder: string): 'nothing' | 'run' | 'other' {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing'
    throw storageError("the run's folder cannot be read", folder, error)
  }
  const log = readLog(join(folder, metricsName))
  const worth = names.filter(
    name => !(name === 'lock' && hasLock(folder)) && !(name === metricsName && log === 'empty'),
  )
  if (worth.length === 0) return 'nothing'
  const run = hasLock(folder) || log === 'records' || (log === 'empty' && worth.includes('config.json'))
  return run ? 'run' : 'other'
}

/** Whether there is a log of metrics: JSON lines. */
function readLog(path: string): 'none' | 'empty' | 'records' {
  let start: string
  try {
    const file = openSync(path, 'r')
    const bytes = Buffer.alloc(1 << 16)
    start = bytes.toString('utf8', 0, readSync(file, bytes))
    closeSync(file)
  } catch {
    return 'none'
  }
  if (start === '') return 'empty'
  // A record that is longer than what was read cannot be parsed; its beginning must do.
  return start.startsWith('{"') ? 'records' : 'none'
}

function refuse(path: string, mode: RunFolderOptions['mode'], found: ReturnType<typeof inspect>): void {
  if (mode === 'resume' && found !== 'run') {
    if (found === 'nothing') {
      throw new StateError('there is no run to resume', { file: path, advice: 'start it without --resume' })
    }
    throw new StateError(`is not the folder of a run: it has no log of one, ${metricsName}`, {
      file: path,
      advice: 'put back what was taken out of it, or start another run with --name',
    })
  }
  if (mode === 'create' && found === 'run') {
    throw new StateError('there is a run of this name already', {
      file: path,
      advice: 'continue it with --resume, choose another name with --name, or replace it with --overwrite',
    })
  }
  if (mode !== 'resume' && found === 'other') {
    const what = mode === 'overwrite' ? 'and is not overwritten' : 'and a run needs its own'
    throw new StateError(`is a folder with other things in it, ${what}`, {
      file: path,
      advice: 'choose another name with --name',
    })
  }
}

/**
 * Makes a folder and those above it, one by one: Node's own recursive mkdir never returns where the system says that a folder is
 * missing which it will not have made, as under /proc.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    mkdirSync(path)
  }
}

/** Deletes all but the lock, which is ours. */
function empty(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name !== 'lock') rmSync(join(folder, name), { recursive: true, force: true })
  }
}
