// Runs that are harmed again and again, and gone on with, until their text is at its end: every document must have been trained on
// exactly once an epoch.
//
//   node tests/soak/soak.js [--minutes 30] [--seed 1] [--mode here|workers|replaced|ended] [--keep] [--verbose]
//
// Each mode (modes.js) in turn, once at least. One line for each run. Exit code 1 at the first that is not right; its folder is kept
// then.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { latestCheckpoint } from '@sluice/checkpoint'
import { randomStream } from '@sluice/pipeline'
import { readBlame } from '@sluice/recipe'
import { writeCorpus } from './corpus.js'
import { countDocuments } from './count.js'
import { dyingFilter } from './faults.js'
import { modes } from './modes.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string' },
    keep: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
})
const deadline = performance.now() + Number(values.minutes) * 60_000
const command = createRequire(import.meta.url)
  .resolve('@sluice/cli/package.json')
  .replace('package.json', 'bin/pipeline.js')
const root = mkdtempSync(join(tmpdir(), 'sluice-soak-'))
const blockSize = 16
const epochs = 6

const turns = values.mode === undefined ? Object.keys(modes) : [values.mode]
for (const name of turns) if (!(name in modes)) throw new Error(`no mode is called "${name}"`)

const total = { runs: 0, sessions: 0, faults: {}, documents: 0 }
let failed = false
for (let n = 0; n < turns.length || performance.now() < deadline; n++) {
  const seed = Number(values.seed) * 100_000 + n
  const folder = join(root, `run-${n}`)
  const mode = turns[n % turns.length]
  const label = `run ${n}, ${mode}, seed ${seed}`
  try {
    const told = await soak(folder, seed, modes[mode])
    process.stdout.write(`${label}: ${told}\n`)
    if (!values.keep) rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    process.stdout.write(`${label}: ${error.message}\nkept in ${folder}\n`)
    failed = true
    break
  }
}
process.stdout.write(`${JSON.stringify(total)}\n`)
if (!failed && !values.keep) rmSync(root, { recursive: true, force: true })
process.exitCode = failed ? 1 : 0

/** One run from its beginning to its end, through whatever happens to it. */
async function soak(folder, seed, { faults, ...layout }) {
  mkdirSync(folder, { recursive: true })
  const random = randomStream(seed, 'faults')
  let drawn = 0
  const draw = () => random.uniform(drawn++)
  const documents = 40 + Math.floor(60 * draw())
  const texts = writeCorpus(join(folder, 'corpus'), { seed, documents, files: 3 })
  writeFileSync(join(folder, 'dying.mjs'), dyingFilter)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config(seed, draw, layout)))
  const run = join(folder, 'runs', 'soak')
  const happened = []
  for (let session = 0; ; session++) {
    if (session > 200) throw new Error(`it does not end: ${happened.join(', ')}`)
    const begun =
      existsSync(join(run, 'checkpoints')) && (await latestCheckpoint(join(run, 'checkpoints'), { resumable: true }))
    const names = Object.keys(faults)
    // In the end it is let be, so that it ends.
    const name = session < 8 && draw() < 0.9 ? names[Math.floor(draw() * names.length)] : undefined
    const fault = name && faults[name]
    const delay = 200 + 8000 * draw()
    const harm = { folder, random: randomStream(seed * 1000 + session, 'harm') }
    const mark = join(folder, 'die')
    // What a pattern does not find when a run first looks is no text of that run: until then files are let be.
    const looked = begun ? undefined : join(run, 'corpus.json')
    if (looked) rmSync(looked, { force: true })
    const ended = await pipeline(folder, begun ? ['--resume'] : ['--overwrite'], fault, delay, { ...harm, looked })
    // The filter takes it away as it dies.
    const met = name !== 'died' || !existsSync(mark)
    rmSync(mark, { force: true })
    total.sessions++
    if (values.verbose)
      process.stdout.write(`  ${name ?? 'nothing'} after ${Math.round(delay)} ms: exit code ${ended.code}\n`)
    const { code, said, struck } = ended
    if (struck) {
      happened.push(name)
      total.faults[name] = (total.faults[name] ?? 0) + 1
    }
    const expected = struck ? [...fault.codes, ...(fault.beforeBatches ?? [])] : [0]
    if (!expected.includes(code))
      throw new Error(`${name ?? 'nothing'} happened, and it ended with exit code ${code}: ${said.slice(-4000)}`)
    const says = struck && met && (fault.says?.[code] ?? (code === 0 && fault.warns))
    if (says && !says.test(said)) throw new Error(`after "${name}" it said: ${said.slice(-4000)}`)
    if (/\n {4}at /.test(said)) throw new Error(`it printed a stack: ${said.slice(-4000)}`)
    if (code === 0) break
  }
  const rows = await readBlame(run)
  const wrong = countDocuments({ run, texts, epochs, rows, blockSize })
  if (wrong.length > 0) throw new Error(`${happened.join(', ')}: ${wrong.slice(0, 5).join('; ')}`)
  total.runs++
  total.documents += documents
  return `${documents} documents, ${epochs} epochs, each trained on once an epoch; ${happened.join(', ') || 'nothing happened'}`
}

/** @param layout of a mode: what refines, and in which thread */
function config(seed, draw, layout) {
  return {
    name: 'soak',
    seed,
    // Little is read ahead, so that what happens to a file is met.
    memory: '300.3MB',
    sources: [{ use: 'jsonl', path: 'corpus/part-*' }],
    mix: { epochs },
    ...layout,
    tokenizer: { use: 'bpe', vocabSize: 300, trainOn: '50kB' },
    data: {
      blockSize,
      batchSize: 1 + Math.floor(draw() * 8),
      shuffle: `${1 + Math.floor(draw() * 20)}kB`,
      evaluation: { share: 0 },
    },
    model: { use: 'gpt2', layers: 1, width: 8, heads: 1 },
    train: { backend: 'cpu', steps: 1_000_000, learningRate: 1e-3, blame: true, sample: { tokens: 2 } },
    checkpoint: { every: 2 + Math.floor(draw() * 40), keep: 2 },
  }
}

/** Runs the command; does the harm after a while, if it still runs by then. */
function pipeline(folder, args, fault, delay, harm) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_OPTIONS: '' }
    const child = spawn(process.execPath, [command, 'run', 'config.json', ...args], { cwd: folder, env })
    let said = ''
    let mend
    let struck = false
    const hear = data => {
      said += data
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const strike = () => {
      if (fault.harmsText && harm.looked && !existsSync(harm.looked)) {
        timer = setTimeout(strike, 20)
        return
      }
      struck = true
      mend = fault.do({ ...harm, child })
    }
    let timer = fault && setTimeout(strike, delay)
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(timer)
      mend?.()
      resolve({ code, said, struck })
    })
  })
}
