// Ours of `checkpoint`.   usage: node ours/checkpoint.js write-safetensors|read-safetensors|write-parquet|read-parquet
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readParquetWeights, readSafetensors, writeParquetWeights, writeSafetensors } from '@sluice/checkpoint'
import { gpt2Shape } from '@sluice/transformer'

const [name] = process.argv.slice(2)
const { parameters } = gpt2Shape({ vocabSize: 50257, blockSize: 1024, layers: 12, width: 768, heads: 12 })
const tensors = []
for (const [tensor, { shape }] of parameters) {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
  for (let i = 0; i < data.length; i++) data[i] = Math.fround((i % 8191) / 8191 - 0.5)
  tensors.push({ name: tensor, dtype: 'float32', shape, data })
}
const bytes = tensors.reduce((sum, { data }) => sum + data.byteLength, 0)
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const path = join(folder, 'weights')
const before = process.memoryUsage().rss
const actions = {
  'write-safetensors': () => writeSafetensors(path, tensors),
  'read-safetensors': () => readSafetensors(path),
  'write-parquet': () => writeParquetWeights(path, tensors),
  'read-parquet': () => readParquetWeights(path),
}
try {
  if (name.startsWith('read')) await actions[name.replace('read', 'write')]()
  const seconds = []
  for (let i = 0; i < 4; i++) {
    const start = performance.now()
    await actions[name]()
    seconds.push((performance.now() - start) / 1000)
  }
  const sorted = seconds.slice(1).sort((a, b) => a - b)
  const line = {
    value: bytes / 1e6 / sorted[1],
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    note: `${Math.round((process.resourceUsage().maxRSS * 1024 - before) / 1e6)} MB above the weights`,
    versions: `Node ${process.versions.node}`,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
