import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latestCheckpoint, listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'

// The command as installed, and what may happen to it: what it says, word for word, its exit code, and that it goes on afterwards to
// the very bits of a run to which nothing happened.

// Each case is two or three whole runs.
vi.setConfig({ testTimeout: 300_000 })

const command = createRequire(import.meta.url)
  .resolve('@sluice/cli/package.json')
  .replace('package.json', 'bin/pipeline.js')

const steps = 40
const config = {
  name: 'run',
  // Little is read ahead, so that what happens to a file is met when the next epoch comes to it.
  memory: '300.3MB',
  sources: [{ use: 'text', path: 'corpus/*.txt' }],
  tokenizer: { use: 'bpe', vocabSize: 300, trainOn: '50kB' },
  data: { blockSize: 16, batchSize: 4, shuffle: '2kB', evaluation: { share: 0 } },
  model: { use: 'gpt2', layers: 1, width: 8, heads: 1 },
  train: { backend: 'cpu', steps, learningRate: 1e-2, sample: { tokens: 1 } },
  checkpoint: { every: 5, keep: 2 },
}

let root: string
let folder: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-faults-'))
  await mkdir(join(root, 'plain', 'corpus'), { recursive: true })
  for (const name of ['a', 'b']) {
    const lines = Array.from({ length: 20 }, (_, i) => `the whale number ${i} of ${name} swims in the deep old sea\n`)
    await writeFile(join(root, 'plain', 'corpus', `${name}.txt`), lines.join(''))
  }
  await writeFile(join(root, 'plain', 'config.json'), JSON.stringify(config))
  await cp(join(root, 'plain'), join(root, 'whole'), { recursive: true })
  folder = join(root, 'whole')
  const { code, said } = await start([]).ended
  expect(code, said).toBe(0)
}, 300_000)
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

let count = 0
beforeEach(async () => {
  folder = join(root, `case-${++count}`)
  await cp(join(root, 'plain'), folder, { recursive: true })
})

const started: ChildProcess[] = []

interface Started {
  readonly child: ChildProcess
  /** Resolves once it has said so. */
  heard(text: string): Promise<void>
  readonly ended: Promise<{ code: number | null; said: string; err: string }>
}

function start(args: readonly string[], shell?: string): Started {
  const whole = [command, 'run', 'config.json', '--json', ...args]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = shell
    ? spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', process.execPath, ...whole], { cwd: folder, env })
    : spawn(process.execPath, whole, { cwd: folder, env })
  started.push(child)
  let [said, err] = ['', '']
  const listeners = new Set<() => void>()
  child.stdout!.on('data', data => {
    said += data
    for (const listener of listeners) listener()
  })
  child.stderr!.on('data', data => {
    err += data
  })
  const ended = new Promise<{ code: number | null; said: string; err: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, said: said + err, err }))
  })
  const heard = (text: string) =>
    Promise.race([
      new Promise<void>(resolve => {
        const look = () => said.includes(text) && resolve()
        listeners.add(look)
        look()
      }),
      ended.then(() => {}),
    ])
  return { child, heard, ended }
}

const step = (n: number) => `"type":"metric","step":${n},`

/** Goes on, and compares with the run that nobody disturbed. */
async function goesOn(): Promise<void> {
  const { code, said } = await start(['--resume']).ended
  expect(code, said).toBe(0)
  const last = async (of: string) =>
    readCheckpoint(join(root, of, 'runs/run/checkpoints', `step-${String(steps).padStart(6, '0')}`))
  const [found, wanted] = [await last(`case-${count}`), await last('whole')]
  for (const [name, { data }] of wanted.weights) expect(found.weights.get(name)!.data, name).toEqual(data)
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s: a checkpoint, and exit code %i', async (signal, expected) => {
  const { child, heard, ended } = start([])
  await heard(step(13))
  child.kill(signal)
  const { code, err } = await ended
  expect(code).toBe(expected)
  expect(err).toBe('pipeline: stopping after a checkpoint is written; press Ctrl-C again to end at once\n')
  const latest = await latestCheckpoint(join(folder, 'runs/run/checkpoints'), { resumable: true })
  expect(Number(latest!.slice(-6))).toBeGreaterThanOrEqual(13)
  await goesOn()
})

test('a file that disappears', async () => {
  const { heard, ended } = start([])
  await heard(step(5))
  await rename(join(folder, 'corpus/b.txt'), join(folder, 'b.txt'))
  const { code, err } = await ended
  expect(code).toBe(1)
  expect(err).toBe(
    `pipeline: text: corpus/b.txt: cannot look at it (ENOENT); check that ${join(folder, 'corpus/b.txt')} still is where it was\n`,
  )
  const refused = await start(['--resume']).ended
  expect([refused.code, refused.err]).toEqual([
    2,
    `pipeline: ${join(folder, 'runs/run/corpus.json')}: the text is not what it was: corpus/b.txt is gone; put it back as it was, ` +
      'or start another run with --name, or afresh with --overwrite\n',
  ])
  await rename(join(folder, 'b.txt'), join(folder, 'corpus/b.txt'))
  await goesOn()
})

test('a file that is cut', async () => {
  const { heard, ended } = start([])
  await heard(step(5))
  const path = join(folder, 'corpus/b.txt')
  const whole = await readFile(path)
  await truncate(path, 1000)
  const { code, err } = await ended
  expect(code).toBe(1)
  expect(err).toBe(
    `pipeline: text: corpus/b.txt: it had ${whole.length} bytes when this run began to read, and has 1000 now; ` +
      'put it back as it was, then go on with --resume\n',
  )
  const refused = await start(['--resume']).ended
  expect([refused.code, refused.err]).toEqual([
    2,
    `pipeline: ${join(folder, 'runs/run/corpus.json')}: the text is not what it was: corpus/b.txt had ${whole.length} bytes when ` +
      'the run began, and has 1000 now; put it back as it was, or start another run with --name, or afresh with --overwrite\n',
  ])
  await writeFile(path, whole)
  await writeFile(join(folder, 'corpus/c.txt'), 'a file that came later\n')
  const { said } = await start(['--resume', '--steps', '20']).ended
  expect(said).toContain('"stage":"resume","message":"corpus/c.txt came since the run began"')
})

// A disk that is full, as far as one can have that without a disk of one's own: no file may be larger than 12 KiB.
test.skipIf(process.platform === 'win32')('a disk that takes no more', async () => {
  const { code, err } = await start([], "trap '' XFSZ; ulimit -f 12").ended
  expect(code).toBe(1)
  expect(err).toMatch(
    /^pipeline: checkpoint: \S+\/step-000000\.tmp-\d+\/\S+: the checkpoint of step 0 could not be written: \S.*; there is no earlier one\n$/,
  )
  for (const { path } of await listCheckpoints(join(folder, 'runs/run/checkpoints'))) await readCheckpoint(path)
})

/** Name of the newest checkpoint that counts. */
function last(): string {
  const dir = join(folder, 'runs/run/checkpoints')
  const whole = readdirSync(dir).filter(name => existsSync(join(dir, name, 'DONE')))
  return whole.sort().at(-1)!
}

const tmpfs = () => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=320k', 'tmpfs', join(folder, 'runs')]).status === 0

test('a disk that is full', async context => {
  await mkdir(join(folder, 'runs'))
  if (!tmpfs()) return context.skip('needs the right to mount')
  try {
    const { code, err } = await start([]).ended
    expect(code).toBe(1)
    expect(err.replace(/step-(\d+)\.tmp-\d+\/\S+:/, 'PART:').replace(/checkpoint of step \d+/, 'checkpoint')).toBe(
      `pipeline: checkpoint: ${join(folder, 'runs/run/checkpoints/PART')}: the checkpoint could not be written: no space left on the ` +
        `disk; free some space, or keep fewer checkpoints; ${last()} is whole\n`,
    )
    for (const { path } of await listCheckpoints(join(folder, 'runs/run/checkpoints'))) await readCheckpoint(path)
    spawnSync('mount', ['-o', 'remount,size=20m', join(folder, 'runs')])
    await goesOn()
  } finally {
    spawnSync('umount', [join(folder, 'runs')])
  }
})

test('a second run on the same folder is refused, and the first goes on', async () => {
  const first = start(['--steps', '100000'])
  await first.heard('"type":"checkpoint","step":5,')
  for (const mode of ['--resume', '--overwrite']) {
    const { code, err } = await start([mode]).ended
    expect(code).toBe(2)
    expect(err.replace(/process \d+ on \S+ since \S+;/, 'HOLDER;')).toBe(
      `pipeline: ${join(folder, 'runs/run')}: the run's folder is in use by HOLDER; wait for it to end; if it no longer runs, ` +
        `delete ${join(folder, 'runs/run/lock')}\n`,
    )
  }
  first.child.kill('SIGKILL')
  await first.ended
  // Nobody holds it any more.
  const next = start(['--resume', '--steps', '100000'])
  await next.heard('"resumedFrom"')
  next.child.kill('SIGKILL')
  const { said } = await next.ended
  expect(said).toContain('"resumedFrom"')
})
