// Whether memory stays flat: a made-up corpus through the whole data side (JSON Lines, normalize, quality, tokenize, pack, shuffle,
// batch), one part of it slow.
//
//   node benchmarks/memory.js [--gigabytes 5] [--slow sink] [--rate 16] [--memory 1GB] [--shuffle 64MB] [--from 0.1]
//                            [--out trace.json]
//   node benchmarks/memory.js --all --out FOLDER [the same]
//
// --slow names what brakes: source, normalize, quality, tokenize, pack, shuffle, batch (it is the part behind that one that waits)
// or sink; none: nothing does. --rate is its speed, MB of text a second; the default is a little below what the chain does on two cores
// of 2026, so that 5 GB take about five minutes. Prints how the most memory the process ever held grows with the text read, and what
// each part held at most. Ends with exit code 1 where the peak at the end is over 1.1 times that at a tenth of the text (--from: another
// share of it), or over the memory allowed. --all takes each part in turn, each in a process of its own, and writes what
// scripts/backpressure.js draws.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { jsonl } from '@sluice/ingest'
import { collectLessOften, columnOf, defineStage, frameBytes, parseBytes, run } from '@sluice/pipeline'
import { normalize, quality } from '@sluice/refine'
import { batch, loadTokenizer, pack, shuffle, tokenize, trainBpe } from '@sluice/tokenize'
import { concatMap } from 'rxjs'
import { madeUpText, writeCorpus } from './memory/corpus.js'

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '5' },
    slow: { type: 'string', default: 'sink' },
    all: { type: 'boolean' },
    rate: { type: 'string', default: '16' },
    memory: { type: 'string', default: '1GB' },
    shuffle: { type: 'string', default: '64MB' },
    from: { type: 'string', default: '0.1' },
    out: { type: 'string' },
    folder: { type: 'string' },
  },
})
const text = Number(values.gigabytes) * 1e9
const memory = parseBytes(values.memory)
const rate = Number(values.rate) * 1e6

/** Bytes of a frame that a byte of text becomes, about: blocks are 12 bytes a token. */
const perByte = { blocks: 3, documents: 1 }

const positions = ['sink', 'source', 'normalize', 'quality', 'tokenize', 'pack', 'shuffle', 'batch']

if (values.all) {
  if (values.out === undefined) throw new Error('--all needs --out, a folder')
  mkdirSync(values.out, { recursive: true })
  for (const slow of positions) {
    const given = ['gigabytes', 'rate', 'memory', 'shuffle', 'from'].flatMap(name => [`--${name}`, values[name]])
    const args = [
      fileURLToPath(import.meta.url),
      ...given,
      '--slow',
      slow,
      '--out',
      join(values.out, `slow-${slow}.json`),
    ]
    process.stdout.write(`${slow}\n`)
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) process.exitCode = 1
  }
} else if (values.folder === undefined) {
  // Made in a process of its own: what that takes must not count.
  const folder = mkdtempSync(join(tmpdir(), 'sluice-memory-'))
  try {
    writeCorpus(folder, text)
    const document = madeUpText()
    const tokenizer = await trainBpe(
      Array.from({ length: 1000 }, () => document(5000)),
      { vocabSize: 8192 },
    )
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.toJSON()))
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--folder', folder]
    process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else {
  collectLessOften()
  process.exitCode = await measure(values.folder)
}

async function measure(folder) {
  const tokenizer = loadTokenizer(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')))
  const source = jsonl({ path: join(folder, 'corpus', '*.jsonl') })
  const stages = [
    normalize(),
    quality({ rules: ['gopher'] }),
    tokenize({ tokenizer }),
    pack({ blockSize: 1024, tokenizer }),
    shuffle({ window: parseBytes(values.shuffle) }),
    batch({ batchSize: 16 }),
  ]
  const trace = []
  const began = performance.now()
  let read = 0
  const counted = {
    ...source,
    async *read(...given) {
      for await (const frame of source.read(...given)) {
        read += columnOf(frame.batch, 'text').values.length
        if (values.slow === 'source') await wait(read / rate - (performance.now() - began) / 1000)
        yield frame
      }
    },
  }
  const at = stages.findIndex(({ id }) => id === values.slow)
  if (at >= 0) stages.splice(at + 1, 0, slowStage())
  else if (![...positions, 'none'].includes(values.slow)) throw new Error(`nothing is called "${values.slow}"`)
  const pace = pacer()
  const running = run({
    source: counted,
    stages,
    sink: { id: 'sink', consume: frame => (values.slow === 'sink' ? pace(frame) : undefined) },
    memory: memory - 300e6,
    mark: 16 * 2 ** 20,
  })
  let told
  running.events$.subscribe(event => {
    if (event.type === 'memory') told = event
    if (event.type !== 'progress') return
    const held = event.counters.reduce((sum, part) => sum + part.held, 0)
    trace.push({
      seconds: event.counters.length && (performance.now() - began) / 1000,
      text: read,
      peak: peak(),
      resident: process.memoryUsage.rss(),
      held,
    })
  })
  await running.done
  trace.push({
    seconds: (performance.now() - began) / 1000,
    text: read,
    peak: peak(),
    resident: process.memoryUsage.rss(),
    held: 0,
  })
  return report(trace, told)
}

function report(trace, told) {
  const peakAt = bytes => (trace.find(point => point.text >= bytes) ?? trace.at(-1)).peak
  const all = trace.at(-1)
  const early = peakAt(all.text * Number(values.from))
  for (const share of [0.1, 0.2, 0.4, 0.6, 0.8, 1]) {
    process.stdout.write(`${mb(all.text * share).padStart(6)} MB of text: peak ${mb(peakAt(all.text * share))} MB\n`)
  }
  for (const [id, bytes] of Object.entries(told.mostHeld))
    process.stdout.write(`${id.padEnd(10)} held ${mb(bytes)} MB at most\n`)
  const { slow } = values
  const ratio = all.peak / early
  const line = {
    slow,
    text_mb: mb(all.text),
    seconds: Math.round(all.seconds),
    early_mb: mb(early),
    peak_mb: mb(all.peak),
  }
  const flight = { in_flight_mb: mb(told.mostInFlight), limit_mb: mb(told.limit), budget_mb: mb(memory) }
  process.stdout.write(`${JSON.stringify({ ...line, ratio: Number(ratio.toFixed(3)), ...flight })}\n`)
  if (values.out)
    writeFileSync(values.out, JSON.stringify({ slow, memory, limit: told.limit, mostHeld: told.mostHeld, trace }))
  return ratio <= 1.1 && all.peak <= memory ? 0 : 1
}

function pacer() {
  let due = performance.now()
  return async frame => {
    const kind = columnOf(frame.batch, 'segments') ? 'blocks' : 'documents'
    due = Math.max(due, performance.now() - 1000) + (frameBytes(frame) / perByte[kind] / rate) * 1000
    await wait((due - performance.now()) / 1000)
  }
}

function slowStage() {
  const pace = pacer()
  return defineStage({
    id: 'slow',
    apply: concatMap(async frame => {
      await pace(frame)
      return frame
    }),
  })
}

function wait(seconds) {
  return seconds > 0.002 ? new Promise(resolve => setTimeout(resolve, seconds * 1000)) : undefined
}

function peak() {
  return process.resourceUsage().maxRSS * 1024
}

function mb(bytes) {
  return String(Math.round(bytes / 1e6))
}
