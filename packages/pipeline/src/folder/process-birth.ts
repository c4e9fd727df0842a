import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'

/**
 * When a process began, as the system tells it: another process that has been given the same number later began at another time.
 * The text is for comparing only. Undefined where there is no such process, or the system does not tell.
 */
export function processBirth(pid: number): string | undefined {
  try {
    if (platform() === 'linux') return birthInStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    if (platform() === 'win32') return undefined
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const told = execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8', env, timeout: 2000 }).trim()
    return told === '' ? undefined : told
  } catch {
    return undefined
  }
}

/** Field 22 of proc(5)'s `stat`: clock ticks after boot. The name of the program, field 2, may hold blanks and brackets. */
export function birthInStat(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/** Tells one boot of this machine from another; undefined where the system does not. */
export function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}
