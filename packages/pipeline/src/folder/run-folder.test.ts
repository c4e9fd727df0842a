import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunFolder } from './run-folder.ts'
import { openRunFolder } from './run-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-folder-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let path: string
let count = 0
beforeEach(() => {
  path = join(root, `run-${++count}`)
})

async function made(...records: object[]): Promise<void> {
  const folder = await openRunFolder({ path, mode: 'create' })
  writeFileSync(folder.file('config.json'), '{}')
  for (const record of records) folder.metrics.append(record)
  await folder.close()
}

async function refused(mode: 'create' | 'overwrite' | 'resume', at = path): Promise<string> {
  const outcome = await openRunFolder({ path: at, mode }).then(
    () => expect.fail('the folder was opened'),
    (error: unknown) => error as Error & { exitCode: number },
  )
  return `${outcome.name} ${outcome.exitCode}: ${outcome}`
}

const lockOf = (pid: number, host = hostname(), started = new Date().toISOString()) =>
  `${JSON.stringify({ pid, host, started })}\n`

/** The pid of a process that has ended. */
function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  return new Promise(resolve => child.on('exit', () => resolve(child.pid!)))
}

describe('openRunFolder', () => {
  it('makes a folder, locks it and gives it back', async () => {
    const folder = await openRunFolder({ path, mode: 'create' })
    expect(folder.path).toBe(path)
    expect(folder.file('checkpoints', 'step-1')).toBe(join(path, 'checkpoints', 'step-1'))
    expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    expect(readdirSync(path).sort()).toEqual(['lock', 'metrics.jsonl'])
    await folder.close()
    await folder.close()
    expect(readdirSync(path)).toEqual(['metrics.jsonl'])
  })

  it('does not take a run for another', async () => {
    await made()
    expect(await refused('create')).toBe(
      `StateError 2: ${path}: there is a run of this name already; continue it with --resume, choose another name with --name, ` +
        'or replace it with --overwrite',
    )
    expect(existsSync(join(path, 'lock'))).toBe(false)
  })

  it('takes a folder in which nothing has happened', async () => {
    mkdirSync(path)
    await (await openRunFolder({ path, mode: 'create' })).close()
    await (await openRunFolder({ path, mode: 'create' })).close()
  })

  it('resumes a run and nothing else', async () => {
    expect(await refused('resume')).toBe(`StateError 2: ${path}: there is no run to resume; start it without --resume`)
    await made({ type: 'metric' })
    const folder = await openRunFolder({ path, mode: 'resume' })
    expect(folder.metrics.length).toBe('{"type":"metric"}\n'.length)
    expect(existsSync(folder.file('config.json'))).toBe(true)
    await folder.close()
  })

  it('overwrites a run, and only a run', async () => {
    await made({ type: 'metric' })
    mkdirSync(join(path, 'checkpoints', 'step-1'), { recursive: true })
    const folder = await openRunFolder({ path, mode: 'overwrite' })
    expect(readdirSync(path).sort()).toEqual(['lock', 'metrics.jsonl'])
    expect(folder.metrics.length).toBe(0)
    await folder.close()
  })

  it.each([
    ['a model', { 'config.json': '{}', 'model.safetensors': '' }],
    ['a diary', { 'diary.txt': 'dear' }],
    ['somebody elses log', { 'metrics.jsonl': 'loss 3\n', 'precious.txt': '' }],
    ['what lies beside an empty log', { 'metrics.jsonl': '', 'precious.txt': '' }],
    ['somebody elses lock', { lock: 'me', 'precious.txt': '' }],
  ])('does not delete %s', async (_, files) => {
    mkdirSync(path)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
    expect(await refused('overwrite')).toBe(
      `StateError 2: ${path}: is a folder with other things in it, and is not overwritten; choose another name with --name`,
    )
    expect(await refused('create')).toBe(
      `StateError 2: ${path}: is a folder with other things in it, and a run needs its own; choose another name with --name`,
    )
    expect(await refused('resume')).toBe(
      `StateError 2: ${path}: is not the folder of a run: it has no log of one, metrics.jsonl; put back what was taken out of it, or start another run with --name`,
    )
    expect(readdirSync(path).sort()).toEqual(Object.keys(files).sort())
  })

  it('overwrites what is not there yet', async () => {
    await (await openRunFolder({ path, mode: 'overwrite' })).close()
    expect(existsSync(path)).toBe(true)
  })

  it('tells a path that cannot be a folder', async () => {
    writeFileSync(path, '')
    expect(await refused('create')).toBe(
      `StorageError 1: ${path}: the run's folder cannot be read: a part of its path is a file, not a folder`,
    )
    const below = join(path, 'run')
    expect(await refused('create', below)).toBe(
      `StorageError 1: ${below}: the run's folder cannot be read: a part of its path is a file, not a folder`,
    )
  })

  // Who is root may write everywhere, and Windows has other permissions.
  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'tells a folder that may not be written',
    async () => {
      mkdirSync(path, { mode: 0o555 })
      expect(await refused('create')).toBe(
        `StorageError 1: ${path}: the run's folder cannot be written: permission denied`,
      )
    },
  )
})

describe('the lock', () => {
  it('keeps others out, naming who has it', async () => {
    await made({ type: 'metric' })
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      const lock = lockOf(child.pid!, hostname(), '2999-01-01T00:00:00.000Z')
      writeFileSync(join(path, 'lock'), lock)
      for (const mode of ['resume', 'overwrite'] as const) {
        expect(await refused(mode)).toBe(
          `StateError 2: ${path}: the run's folder is in use by process ${child.pid} on ${hostname()} since 2999-01-01T00:00:00.000Z; ` +
            `wait for it to end; if it no longer runs, delete ${join(path, 'lock')}`,
        )
      }
      expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(lock)
      expect(existsSync(join(path, 'config.json'))).toBe(true)
    } finally {
      child.kill()
    }
  })

  it('keeps the same process out too', async () => {
    const folder = await openRunFolder({ path, mode: 'create' })
    expect(await refused('overwrite')).toMatch(`is in use by process ${process.pid} on `)
    await folder.close()
    await (await openRunFolder({ path, mode: 'overwrite' })).close()
  })

  it.each<[string, () => Promise<string> | string]>([
    ['a dead process', async () => lockOf(await deadPid())],
    ['an earlier life of this pid', () => lockOf(process.pid)],
    ['a time before the machine started', () => lockOf(1, hostname(), '2001-01-01T00:00:00.000Z')],
  ])('is taken over from %s', async (_, text) => {
    await made({ type: 'metric' })
    writeFileSync(join(path, 'lock'), await text())
    const folder = await openRunFolder({ path, mode: 'resume' })
    expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    await folder.close()
    expect(readdirSync(path).sort()).toEqual(['config.json', 'metrics.jsonl'])
  })

  it('is not taken over from another host', async () => {
    await made({ type: 'metric' })
    writeFileSync(join(path, 'lock'), lockOf(await deadPid(), 'elsewhere'))
    expect(await refused('resume')).toMatch(/is in use by process \d+ on elsewhere since /)
  })

  it('that is half written is respected while it is young', async () => {
    await made({ type: 'metric' })
    const lock = join(path, 'lock')
    writeFileSync(lock, '{"pid":')
    expect(await refused('resume')).toMatch('is in use by a process that is starting')
    utimesSync(lock, 1, 1)
    await (await openRunFolder({ path, mode: 'resume' })).close()
  })

  it('is taken by exactly one of many', async () => {
    await made({ type: 'metric' })
    writeFileSync(join(path, 'lock'), lockOf(await deadPid()))
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openRunFolder({ path, mode: 'resume' })))
    const winners = tries.filter((one): one is PromiseFulfilledResult<RunFolder> => one.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    await winners[0]!.value.close()
  })
})

it.runIf(process.platform === 'linux')('a folder where the system has none made is refused at once', async () => {
  await expect(openRunFolder({ path: '/proc/sluice/runs/a', mode: 'create' })).rejects.toThrow(
    "the run's folder cannot be written: there is no such file or folder",
  )
})
