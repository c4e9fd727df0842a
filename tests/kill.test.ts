import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import { randomStream } from '@sluice/pipeline'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The command as installed, killed with SIGKILL again and again at moments that are chosen by chance, the writing of checkpoints
// included, and gone on with each time: the end must be the very bits of a run that nobody disturbed, and no checkpoint that
// counts as one may ever be other than whole. SLUICE_KILLS sets how many; the default is for every day.

const kills = Number(process.env.SLUICE_KILLS ?? 8)
const seed = Number(process.env.SLUICE_KILLS_SEED ?? 1)
const steps = 60

const command = createRequire(import.meta.url)
  .resolve('@sluice/cli/package.json')
  .replace('package.json', 'bin/pipeline.js')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
  await mkdir(join(folder, 'corpus'))
  const words = 'the a whale sea ship captain old white man boat water said upon like one deep over never'.split(' ')
  const random = randomStream(1, 'corpus')
  const text = Array.from(
    { length: 6000 },
    (_, i) => words[random.below(i, words.length)] + (i % 11 === 10 ? '.\n' : ' '),
  )
  await writeFile(join(folder, 'corpus', 'a.txt'), text.join(''))
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      name: 'killed',
      sources: [{ use: 'text', path: 'corpus/*.txt' }],
      tokenizer: { use: 'bpe', vocabSize: 300 },
      data: { blockSize: 16, batchSize: 4, shuffle: '4kB', evaluation: { share: 0.1, by: 'tail', tokens: 200 } },
      model: { use: 'gpt2', layers: 1, width: 16, heads: 2, dropout: 0.1 },
      train: { backend: 'cpu', steps, learningRate: 1e-2, warmup: 2, evaluateEvery: 20 },
      // One checkpoint every other step: many of the kills meet one half written.
      checkpoint: { every: 2, keep: 2, formats: ['safetensors', 'parquet'] },
    }),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly killed: boolean
  readonly code: number | null
  readonly said: string
}

/** @param killAfter milliseconds; undefined lets it end */
function pipeline(args: readonly string[], killAfter?: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_OPTIONS: '' }
    const child = spawn(process.execPath, [command, 'run', 'config.json', ...args], { cwd: folder, env })
    let said = ''
    child.stdout.on('data', data => {
      said += data
    })
    child.stderr.on('data', data => {
      said += data
    })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ killed: signal === 'SIGKILL', code, said })
    })
  })
}

const last = (run: string) => readCheckpoint(join(folder, run, 'killed', 'checkpoints', 'step-000060'))

test(`${kills} kills change nothing`, { timeout: 60_000 + kills * 60_000 }, async () => {
  const begun = performance.now()
  const whole = await pipeline(['--runs-dir', 'whole'])
  expect(whole.code, whole.said).toBe(0)
  const span = performance.now() - begun
  const random = randomStream(seed, 'kills')
  const wanted = await last('whole')
  let done = 0
  for (let attempt = 0; done < kills; attempt++) {
    const run = `run-${attempt}`
    for (let start = 0; ; start++) {
      // A run that dies before it has begun has left nothing to go on with, and begins anew.
      const checkpoints = await listCheckpoints(join(folder, run, 'killed', 'checkpoints')).catch(() => [])
      for (const { path } of checkpoints) await readCheckpoint(path)
      // Killed between its last checkpoint and its report, a run is done.
      if (checkpoints.some(({ step }) => step === steps)) break
      const goOn = checkpoints.some(({ step }) => step > 0) ? '--resume' : '--overwrite'
      const mayDie = done < kills
      const moment = 100 + random.uniform(done + 1000 * start) * span
      const { killed, code, said } = await pipeline(['--runs-dir', run, goOn], mayDie ? moment : undefined)
      if (killed) {
        done++
        continue
      }
      expect(code, said).toBe(0)
      break
    }
    const found = await last(run)
    for (const [name, { data }] of [...wanted.weights, ...wanted.optimizer!]) {
      expect((found.weights.get(name) ?? found.optimizer!.get(name))!.data, name).toEqual(data)
    }
    const losses = async (folderOfRun: string) => {
      const lines = await readFile(join(folder, folderOfRun, 'killed', 'metrics.jsonl'), 'utf8')
      const events = lines
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
      return events.filter(({ type }) => type === 'metric').map(({ step, values }) => [step, values.loss])
    }
    expect(await losses(run)).toEqual(await losses('whole'))
    await rm(join(folder, run), { recursive: true })
  }
})
