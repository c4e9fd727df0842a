// Ours of `train`: the ordinary trainer over blocks of random tokens.
// usage: node ours/train.js XS|S|M bf16|f32 [dropout]      SLUICE_BACKEND chooses a backend
import { readFileSync } from 'node:fs'
import { chooseBackend } from '@sluice/compute'
import { blocksBatch, defineSource, randomStream, run } from '@sluice/pipeline'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'

const warmUp = 3
const [name, precision, dropout = '0'] = process.argv.slice(2)
const shapes = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'))
const { batchSize, steps, ...shape } = shapes[name]

const { backend } = await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision })
const model = gpt2({ ...shape, dropout: Number(dropout) }, { seed: 1 })
const batch = randomBatch()
const source = defineSource({
  id: 'random',
  schema: batch.schema,
  async *read() {
    for (let step = 0; ; step++) yield { batch, position: step }
  },
})
const seconds = []
const sink = {
  id: 'clock',
  consume(frame) {
    const column = frame.batch.getChild('seconds')
    for (let i = 0; i < frame.batch.numRows; i++) seconds.push(column.get(i))
  },
}
const stage = train({ model, backend, steps: warmUp + steps, learningRate: 3e-4, weightDecay: 0.1, clip: 1 })
await run({ source, stages: [stage], sink, seed: 1 }).done

const sorted = seconds.slice(warmUp).sort((a, b) => a - b)
const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
const line = {
  value: (batchSize * shape.blockSize) / median,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  note: `${(median * 1e3).toFixed(0)} ms/step`,
  versions: `${backend.name} ${backend.description}`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)

function randomBatch() {
  const width = shape.blockSize + 1
  const stream = randomStream(1, 'bench')
  const ids = Int32Array.from({ length: batchSize * width }, (_, i) => stream.below(i, shape.vocabSize))
  return blocksBatch({ width, ids })
}
