import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLocked, takeLock } from './lock.ts'
import { birthInStat, bootId, processBirth } from './process-birth.ts'

let folder: string
let child: ChildProcess

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'))
  child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)'])
  await once(child.stdout!, 'data')
})

afterEach(async () => {
  await end()
  rmSync(folder, { recursive: true, force: true })
})

async function end(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** The lock that the child holds, with changes. */
function heldByChild(changes: object = {}): void {
  const holder = { pid: child.pid!, host: hostname(), started: new Date().toISOString() }
  const identity = { born: processBirth(child.pid!), boot: bootId() }
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...holder, ...identity, ...changes }))
}

describe('a lock of another process', () => {
  it('is respected while that lives, and taken over once it was killed', async () => {
    expect(isLocked(folder)).toBe(false)
    heldByChild()
    expect(isLocked(folder)).toBe(true)
    expect(() => takeLock(folder)).toThrow(`the run's folder is in use by process ${child.pid} on ${hostname()}`)
    await end()
    expect(isLocked(folder)).toBe(false)
    const release = takeLock(folder)
    expect(isLocked(folder)).toBe(true)
    release()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  it.skipIf(processBirth(process.pid) === undefined)('is taken over where its number is another’s now', () => {
    heldByChild({ born: 'some other time' })
    takeLock(folder)()
  })

  it.skipIf(bootId() === undefined)('is taken over after a restart of the machine, whoever has its number', () => {
    heldByChild({ boot: 'another' })
    takeLock(folder)()
  })

  it.skipIf(bootId() === undefined)(
    'is respected though the clock says that it is older than the machine’s start',
    () => {
      heldByChild({ started: '2001-01-01T00:00:00.000Z' })
      expect(() => takeLock(folder)).toThrow('since 2001-01-01T00:00:00.000Z')
    },
  )

  it('is judged by number and clock where it says no more', async () => {
    heldByChild({ born: undefined, boot: undefined })
    expect(() => takeLock(folder)).toThrow('is in use by process')
    heldByChild({ born: undefined, boot: undefined, started: '2001-01-01T00:00:00.000Z' })
    takeLock(folder)()
  })
})

it('a lock names its process, and when and in which boot that began', () => {
  const release = takeLock(folder)
  const { pid, host, born, boot } = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))
  expect({ pid, host, born, boot }).toEqual({
    pid: process.pid,
    host: hostname(),
    born: processBirth(process.pid),
    boot: bootId(),
  })
  release()
})

describe('the birth of a process', () => {
  it('differs between processes, and stays', () => {
    expect(processBirth(child.pid!)).toBe(processBirth(child.pid!))
    if (platform() === 'linux') expect(processBirth(child.pid!)).not.toBe(processBirth(process.pid))
  })

  it('of none is unknown', async () => {
    await end()
    expect(processBirth(child.pid!)).toBeUndefined()
  })

  it('is read behind whatever a program is called', () => {
    const fields = Array.from({ length: 30 }, (_, i) => `${i + 3}`).join(' ')
    expect(birthInStat(`7 (a) b (c)) ${fields}`)).toBe('22')
  })
})
