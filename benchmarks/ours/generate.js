// Ours of `generate`: greedy, as a user would call it.
// usage: node ours/generate.js XS|S|M bf16|f32 [gpt2|llama] [prompts]      SLUICE_BACKEND chooses a backend
import { readFileSync } from 'node:fs'
import { chooseBackend } from '@sluice/compute'
import { randomStream } from '@sluice/pipeline'
import { generateBatch, gpt2, llama } from '@sluice/transformer'

const promptLength = 16
const [name, precision, family = 'gpt2', rows = '1'] = process.argv.slice(2)
const shapes = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'))
const { batchSize: _, steps: __, ...shape } = shapes[name]
const maxTokens = Math.min(200, shape.blockSize - promptLength)

const { backend } = await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision })
const model =
  family === 'llama' ? llama({ ...shape, keyHeads: shape.heads / 2 }, { seed: 1 }) : gpt2(shape, { seed: 1 })
const stream = randomStream(1, 'bench')
const prompts = Array.from({ length: Number(rows) }, (_, row) =>
  Int32Array.from({ length: promptLength }, (_, i) => stream.below(row * promptLength + i, shape.vocabSize)),
)

let seconds = 0
// The first run warms up.
for (let run = 0; run < 2; run++) {
  const started = performance.now()
  for await (const { id } of generateBatch(model, prompts, { maxTokens, temperature: 0 })) void id
  seconds = (performance.now() - started) / 1e3
}
const line = {
  value: (prompts.length * maxTokens) / seconds,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  note: `${((seconds / maxTokens) * 1e3).toFixed(2)} ms a step`,
  versions: `${backend.name} ${backend.description}`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)
