import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { join, resolve } from 'node:path'
import { StateError } from '../errors.ts'
import { bootId, processBirth } from './process-birth.ts'

/** Who holds a lock. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the lock was taken, ISO 8601. */
  readonly started: string
  /** When the process began, and which boot of the machine that was in: see `processBirth`. */
  readonly born?: string
  readonly boot?: string
}

// Locks of this very process: a lock with our own pid that is not among them is left from another life of that pid.
const ours = new Set<string>()

/**
 * Takes the lock of a folder: the file `lock`, which names process, host and time. One that a process of this host left
 * behind is taken over: the process is gone, or its number now is another's, or the machine was started anew since.
 *
 * @returns what gives it back
 * @throws StateError naming the process that has it
 */
export function takeLock(folder: string): () => void {
  const path = resolve(folder, 'lock')
  const own: Record<keyof Holder, unknown> = {
    pid: process.pid,
    host: hostname(),
    started: new Date().toISOString(),
    born: processBirth(process.pid),
    boot: bootId(),
  }
  const text = `${JSON.stringify(own)}\n`
  for (let attempt = 0; !placed(path, text); attempt++) {
    const found = read(path)
    if (found !== undefined && (attempt === 5 || !isLeft(path, found))) throw inUse(folder, path, found)
    if (found !== undefined) takeAway(path, found)
  }
  ours.add(path)
  return () => {
    if (!ours.delete(path)) return
    if (read(path) === text) rmSync(path, { force: true })
  }
}

/** Whether a folder has a lock file, held or left behind, of this format. */
export function hasLock(folder: string): boolean {
  const text = read(join(folder, 'lock'))
  return text !== undefined && holderOf(text) !== undefined
}

/** Whether a living process holds the lock of a folder. */
export function isLocked(folder: string): boolean {
  const path = resolve(folder, 'lock')
  const text = read(path)
  return text !== undefined && holderOf(text) !== undefined && !isLeft(path, text)
}

/** Puts the lock there with all its text at once, unless there is one. */
function placed(path: string, text: string): boolean {
  const own = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(own, text, { flag: 'wx' })
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // A file system without links.
    return placedWithoutLink(path, text)
  } finally {
    rmSync(own, { force: true })
  }
}

function placedWithoutLink(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, host, started, born, boot } = JSON.parse(text) as Partial<Holder>
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof started !== 'string') return undefined
    return {
      pid,
      host,
      started,
      ...(typeof born === 'string' ? { born } : {}),
      ...(typeof boot === 'string' ? { boot } : {}),
    }
  } catch {
    return undefined
  }
}

/** Whether nobody can hold this lock any more. */
function isLeft(path: string, text: string): boolean {
  const holder = holderOf(text)
  // Half a lock: being written just now, or by somebody who died over it; of the future, too, if the clock was set back since.
  if (!holder) return Math.abs(Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)) > 10_000
  if (holder.host !== hostname()) return false
  if (holder.pid === process.pid) return !ours.has(path)
  if (isOfAnotherBoot(holder)) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  // Alive, but is it that process? Numbers are given anew.
  const born = holder.born === undefined ? undefined : processBirth(holder.pid)
  return born !== undefined && born !== holder.born
}

function isOfAnotherBoot({ boot, started }: Holder): boolean {
  const now = bootId()
  if (boot !== undefined && now !== undefined) return boot !== now
  // By the clock, which may have been set in between: only what is clearly older than the boot counts.
  return Date.parse(started) < Date.now() - uptime() * 1000 - 60_000
}

/** Removes a lock that was left, if it still is the one that was read: somebody may have been quicker. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    if (read(aside) !== text) linkSync(aside, path)
  } finally {
    rmSync(aside, { force: true })
  }
}

function inUse(folder: string, path: string, text: string): StateError {
  const holder = holderOf(text)
  const who = holder ? `process ${holder.pid} on ${holder.host} since ${holder.started}` : 'a process that is starting'
  return new StateError(`the run's folder is in use by ${who}`, {
    file: folder,
    advice: `wait for it to end; if it no longer runs, delete ${path}`,
  })
}
