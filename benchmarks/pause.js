// How long writing a checkpoint holds training up: the time a step's frame takes to be consumed where a checkpoint is begun, beside
// that of a plain copy of what is written, and the longest turn of the event loop while the other thread writes.
//
//     node benchmarks/pause.js [S|M]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { checkpoint } from '@sluice/checkpoint'
import { gpt2Shape } from '@sluice/transformer'

const name = process.argv[2] ?? 'M'
const shapes = JSON.parse(readFileSync(new URL('shapes.json', import.meta.url), 'utf8'))
const { vocabSize, blockSize, layers, width, heads } = shapes[name]
const { parameters } = gpt2Shape({ vocabSize, blockSize, layers, width, heads })
const filled = (prefix = '') =>
  new Map(
    [...parameters].map(([key, { shape }]) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
      for (let i = 0; i < data.length; i++) data[i] = (i % 8191) / 8191
      return [prefix + key, { name: prefix + key, dtype: 'float32', shape, data }]
    }),
  )
const weights = filled()
const moments = new Map([...filled('exp_avg.'), ...filled('exp_avg_sq.')])
const copy = tensors => new Map([...tensors].map(([key, tensor]) => [key, { ...tensor, data: tensor.data.slice() }]))

const milliseconds = async act => {
  const start = performance.now()
  await act()
  return performance.now() - start
}
const median = values => [...values].sort((a, b) => a - b)[values.length >> 1]

const folder = mkdtempSync(join(tmpdir(), 'sluice-pause-'))
try {
  const copies = []
  for (let i = 0; i < 3; i++) copies.push(await milliseconds(() => [copy(weights), copy(moments)]))
  const sink = checkpoint({ dir: folder, every: 1, early: [] })
  let written = 0
  await sink.open({ emit: ({ type }) => (written += type === 'checkpoint' ? 1 : 0), savedStates: () => new Map() })
  const pauses = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let longest = 0
  for (let step = 1; step <= 4; step++) {
    const frame = {
      cursor: {},
      seq: step,
      batch: { numRows: 1, getChild: () => ({ get: () => step }) },
      snapshot: () => ({ step, weights: copy(weights), optimizer: copy(moments), trainer: {} }),
    }
    pauses.push(await milliseconds(() => sink.consume(frame)))
    delay.reset()
    delay.enable()
    await sink.settled()
    delay.disable()
    longest = Math.max(longest, delay.max / 1e6)
  }
  await sink.close('finished')
  const megabytes = [...weights.values(), ...moments.values()].reduce((sum, { data }) => sum + data.byteLength, 0) / 1e6
  process.stdout.write(
    `${name}: ${megabytes.toFixed(0)} MB of weights and moments, ${written} checkpoints\n` +
      `a copy ${median(copies).toFixed(0)} ms; training held up ${median(pauses).toFixed(0)} ms; ` +
      `longest turn while they were written ${longest.toFixed(0)} ms\n`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
