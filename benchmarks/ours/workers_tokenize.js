// Ours of `workers --case tokenize`: the stage in worker threads, from frames that lie ready to a sink that forgets them.
// usage: node ours/workers_tokenize.js MEGABYTES WORKERS
import { collectLessOften, columnOf, defineSource, documentsBatch, documentsSchema, run } from '@sluice/pipeline'
import { tokenize, trainBpe } from '@sluice/tokenize'
import { report } from './ingest_report.js'
import { documentsIn, documentsOf, files } from './tokenize_text.js'

collectLessOften()
const [megabytes, workers] = process.argv.slice(2).map(Number)
/**
 * Times a megabyte: it takes the engine some ten in each worker until it has compiled what encodes, and some hundreds until it has what is
 * called a few times for each frame only, which is compiled beside the workers.
 */
const warmUp = 400

const tokenizer = await trainBpe(documentsOf(files(1).text), { vocabSize: 8192 })
const warm = framesOf(documentsOf(files(1).text, text => text.toUpperCase()))
const frames = framesOf(documentsIn(files(megabytes).text))
const all = [...Array.from({ length: warmUp }, () => warm).flat(), ...frames]
const bytes = frames.reduce((sum, frame) => sum + columnOf(frame, 'text').values.length, 0)

let tokens = 0
let start
const warmed = new Promise(resolve => {
  start = resolve
})
let consumed = 0
const running = run({
  source: defineSource({
    id: 'ready',
    schema: documentsSchema,
    async *read() {
      for (const [i, batch] of all.entries()) {
        // What warms the engine is at its end before the clock is started.
        if (i === all.length - frames.length) await warmed
        yield { batch, position: i + 1 }
      }
    },
  }),
  stages: [tokenize({ tokenizer, workers })],
  sink: {
    id: 'sink',
    consume({ batch }) {
      const ids = columnOf(batch, 'ids')
      tokens += ids.valueOffsets[ids.length] - ids.valueOffsets[0]
      if (++consumed === all.length - frames.length) start()
    },
  },
  // Enough that a worker need never wait.
  mark: 32 * 2 ** 20,
})
await warmed
const before = tokens
await report(bytes, async () => {
  await running.done
  return `${tokens - before} ids`
})

/** As a source of files gives them: about 1 MiB a frame. */
function framesOf(documents) {
  const batches = []
  let rows = []
  let size = 0
  let count = 0
  for (const text of documents) {
    rows.push({ id: `${count++}`, text, source: 'ready' })
    size += text.length
    if (size < 2 ** 20) continue
    batches.push(documentsBatch(rows))
    rows = []
    size = 0
  }
  if (rows.length > 0) batches.push(documentsBatch(rows))
  return batches
}
