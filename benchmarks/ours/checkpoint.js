// Ours of `checkpoint`.   usage: node --expose-gc ours/checkpoint.js write-safetensors|read-safetensors|write-parquet|read-parquet
//
// Who reads has never held the weights: another process writes them, with the folder as a second argument.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readParquetWeights, readSafetensors, writeParquetWeights, writeSafetensors } from '@sluice/checkpoint'
import { gpt2Shape } from '@sluice/transformer'

const [name, given] = process.argv.slice(2)
const folder = given ?? mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const path = join(folder, 'weights')
const actions = {
  'write-safetensors': tensors => writeSafetensors(path, tensors),
  'read-safetensors': () => readSafetensors(path),
  'write-parquet': tensors => writeParquetWeights(path, tensors),
  'read-parquet': () => readParquetWeights(path),
}
const { parameters } = gpt2Shape({ vocabSize: 50257, blockSize: 1024, layers: 12, width: 768, heads: 12 })
const sizeOf = shape => shape.reduce((product, size) => product * size, 1)
const bytes = [...parameters.values()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)

function weights() {
  return Array.from(parameters, ([tensor, { shape }]) => {
    const data = new Float32Array(sizeOf(shape))
    for (let i = 0; i < data.length; i++) data[i] = (i % 8191) / 8191 - 0.5
    return { name: tensor, dtype: 'float32', shape, data }
  })
}

try {
  if (given) await actions[name](weights())
  else await measure()
} finally {
  if (!given) rmSync(folder, { recursive: true, force: true })
}

async function measure() {
  const reads = name.startsWith('read')
  if (reads) {
    const writer = [...process.execArgv, fileURLToPath(import.meta.url), name.replace('read', 'write'), folder]
    const { status } = spawnSync(process.execPath, writer, { stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
  const tensors = reads ? undefined : weights()
  global.gc()
  const before = process.memoryUsage().rss
  const seconds = []
  for (let i = 0; i < 4; i++) {
    seconds.push(await secondsOf(() => actions[name](tensors)))
    // Else the next time is measured, and its memory counted, beside what this one left. A thread gives it back to the system.
    global.gc()
    await setTimeout(250)
  }
  const [first, ...others] = seconds.map(each => bytes / 1e6 / each)
  const again = others.sort((a, b) => a - b)[1]
  const most = process.resourceUsage().maxRSS * 1024
  const above = `${Math.round((most - before - (reads ? bytes : 0)) / 1e6)} MB above the weights`
  const line = {
    value: reads ? first : again,
    rss_mb: Math.round(most / 1e6),
    note: reads ? `${above}; again ${Math.round(again)} MB/s` : above,
    versions: `Node ${process.versions.node}`,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function secondsOf(action) {
  const start = performance.now()
  await action()
  return (performance.now() - start) / 1000
}
