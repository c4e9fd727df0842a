// Ours of `workers --case train`: training on batches that a thread makes from JSON Lines meanwhile, as with `dataWorkers`, or
// on the same batches, all made before.
// usage: node ours/workers_train.js thread|ready [STEPS] [SHAPE]      SLUICE_BACKEND chooses a backend
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseBackend } from '@sluice/compute'
import { collectLessOften, defineSource, frames, run, sourceApart } from '@sluice/pipeline'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'
import { madeUpText, writeCorpus } from '../memory/corpus.js'
import { dataSide, tokenizerOf } from './workers_data.js'

collectLessOften()
const warmUp = 5
const [where, steps = '40', shapeName = 'S'] = process.argv.slice(2)
const last = warmUp + Number(steps)
const shapes = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'))
const { batchSize, steps: _, ...shape } = shapes[shapeName]

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-workers-'))
try {
  const path = writeCorpus(folder, 20e6)
  const document = madeUpText()
  const texts = Array.from({ length: 400 }, () => document(5000))
  const tokenizer = join(folder, 'tokenizer.json')
  writeFileSync(tokenizer, JSON.stringify(await tokenizerOf(texts, shape.vocabSize)))
  const made = { path, tokenizer, blockSize: shape.blockSize, batchSize }

  const { backend } = await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision: 'bf16' })
  const model = gpt2({ ...shape, dropout: 0 }, { seed: 1 })
  const stage = train({ model, backend, steps: last, learningRate: 3e-4, weightDecay: 0.1, clip: 1 })
  const clock = []
  const sink = {
    id: 'clock',
    consume({ batch }) {
      for (let i = 0; i < batch.numRows; i++) clock.push(performance.now())
    },
  }
  const source = where === 'thread' ? apart(made) : ready(await batchesOf(made))
  await run({ source, stages: [stage], sink, seed: 1 }).done

  // From the end of one step to that of another: what the trainer waits for counts.
  const seconds = (clock.at(-1) - clock[warmUp - 1]) / 1000
  const line = {
    value: ((clock.length - warmUp) * batchSize * shape.blockSize) / seconds,
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    note: `${((seconds / (clock.length - warmUp)) * 1e3).toFixed(0)} ms/step, ${clock.length - warmUp} steps`,
    versions: `${backend.name} ${backend.description}`,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function apart(made) {
  const { source, stages } = dataSide(made)
  return sourceApart({
    id: 'data',
    schema: stages.reduce((schema, stage) => stage.schema(schema), source.schema),
    parts: [source.id, ...stages.map(({ id }) => id)],
    program: { url: new URL('./workers_thread.js', import.meta.url), execArgv: [] },
    started: () => made,
    replaceable: false,
  })
}

async function batchesOf(made) {
  const batches = []
  for await (const { batch } of frames(dataSide(made))) {
    // Of rows that all went into a window, no more comes than that they have been read.
    if (batch.numRows === 0) continue
    batches.push(batch)
    if (batches.length === last) break
  }
  return batches
}

function ready(batches) {
  return defineSource({
    id: 'ready',
    schema: batches[0].schema,
    *read() {
      for (const [i, batch] of batches.entries()) yield { batch, position: i + 1 }
    },
  })
}
