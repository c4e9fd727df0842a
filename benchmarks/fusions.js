// What each fusion of the native kernels brings, on the sizes of shape S: the operation with our kernel, and the same operation
// composed of general ones (which run on the native backend too: its matMul, softmax, sums).
//
//   node benchmarks/fusions.js [--precision f32|bf16] [--case NAME] [--runs 5] [--rows N]
//
// Each side runs in processes of its own, alternately; a process leaves two warm-up calls out and gives the median of nine.
// One line of JSON for each case: { case, precision, fused_ms, unfused_ms, ratio, fused_rss_mb, unfused_rss_mb, runs,
// instruction_set }, medians over the processes; a ratio above 1 means that the fused one is faster.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  adamWUpdate,
  attention,
  chooseBackend,
  crossEntropy,
  linear,
  referenceKernels,
  registerKernels,
  tf,
  valueAndGradients,
} from '@sluice/compute'
import { gpt2 } from '@sluice/transformer'

const { batchSize, ...shape } = JSON.parse(readFileSync(new URL('shapes.json', import.meta.url), 'utf8')).S
const { width, heads, vocabSize, blockSize: time } = shape

const { values: options } = parseArgs({
  options: {
    precision: { type: 'string', default: 'f32' },
    case: { type: 'string' },
    runs: { type: 'string', default: '5' },
    // Rows of a batch: fewer for a quick trial.
    rows: { type: 'string', default: String(batchSize) },
    // Of the processes that this one starts.
    side: { type: 'string' },
  },
})
const batch = Number(options.rows)
const tokens = batch * time

/** Forward and backward through one operation, with a gradient that lies ready. */
function bothWays(f, inputs, outputs) {
  const gradients = tf.grads(f)
  const dy = random([tokens, outputs])
  return () => tf.dispose(gradients(inputs, dy))
}

function modelStep() {
  const model = gpt2(shape, { seed: 1 })
  const ids = Int32Array.from({ length: batch * (time + 1) }, (_, i) => (i * 7919) % vocabSize)
  const parameters = [...model.parameters.values()]
  return step => {
    const loss = () => model.loss({ ids, rows: batch }, { training: true, seed: 1, step })
    const { value, gradients } = valueAndGradients(loss, parameters)
    tf.dispose([value, gradients])
  }
}

/** What is measured, in the names of the ops; `fused` chooses the side. Each sets up and returns the call to be timed. */
const cases = {
  'linear+bias+gelu': fused => {
    if (!fused) unfuse('linear')
    const inputs = [random([tokens, width]), random([width, 4 * width], 0.02), random([4 * width])]
    return bothWays((x, w, b) => linear(x, w, b, { activation: 'gelu_new' }), inputs, 4 * width)
  },
  'linear+residual': fused => {
    const inputs = [random([tokens, width]), random([width, width], 0.02), random([width]), random([tokens, width])]
    const separate = (x, w, b, residual) => tf.add(residual, linear(x, w, b))
    const together = (x, w, b, residual) => linear(x, w, b, { residual })
    return bothWays(fused ? together : separate, inputs, width)
  },
  attention: fused => {
    if (!fused) unfuse('attention')
    return bothWays(qkv => attention(qkv, { batch, time, heads, causal: true }), [random([tokens, 3 * width])], width)
  },
  'cross-entropy': fused => {
    if (!fused) unfuse('crossEntropy')
    const inputs = [random([tokens, width]), random([vocabSize, width], 0.02)]
    const targets = Int32Array.from({ length: tokens }, (_, i) => (i * 7919) % vocabSize)
    return () => {
      const { value, gradients } = valueAndGradients(() => crossEntropy(...inputs, targets), inputs)
      tf.dispose([value, gradients])
    }
  },
  adamw: fused => {
    if (!fused) unfuse('adamW')
    const params = [...gpt2(shape, { seed: 1 }).parameters.values()]
    const grads = params.map(p => random(p.shape))
    const [m, v] = [0, 1].map(() => params.map(p => tf.variable(tf.zeros(p.shape))))
    const weightDecay = params.map(p => (p.rank > 1 ? 0.1 : 0))
    const rates = { learningRate: 1e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay }
    return step => adamWUpdate({ params, grads, m, v, ...rates, step: step + 1 })
  },
  // The whole model, forward and backward: fused is bf16, unfused f32, whatever --precision says.
  precision: modelStep,
  'pooled-buffers': fused => {
    // Nothing is kept: each buffer is allocated, touched for the first time, and left to the garbage collector.
    if (!fused) tf.backend().pool.giveBack = () => {}
    return modelStep()
  },
}

function unfuse(name) {
  registerKernels(tf.getBackend(), { [name]: referenceKernels[name] })
}

let seed = 1
function random(size, deviation = 1) {
  return tf.randomNormal(size, 0, deviation, 'float32', seed++)
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

async function work(name, fused) {
  const mixed = fused ? 'bf16' : 'f32'
  const precision = name === 'precision' ? mixed : options.precision
  const { backend } = await chooseBackend('native', { precision })
  if (backend.precision !== precision) throw new Error(`this processor has no ${precision} products`)
  const call = cases[name](fused)
  const milliseconds = []
  for (let step = 0; step < 11; step++) {
    const start = performance.now()
    call(step)
    if (step >= 2) milliseconds.push(performance.now() - start)
  }
  const rss = Math.round(process.resourceUsage().maxRSS / 1024)
  return { ms: median(milliseconds), rss, set: backend.instructionSet }
}

function measure(name, side) {
  const args = ['--case', name, '--side', side, '--precision', options.precision, '--rows', options.rows]
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`${name}, ${side}: ${child.stderr}`)
  return JSON.parse(child.stdout.trim().split('\n').at(-1))
}

const print = line => process.stdout.write(`${JSON.stringify(line)}\n`)
if (options.case !== undefined && !(options.case in cases)) {
  process.stderr.write(`--case: one of ${Object.keys(cases).join(', ')}\n`)
  process.exit(2)
}
if (options.side !== undefined) {
  print(await work(options.case, options.side === 'fused'))
} else {
  for (const name of options.case === undefined ? Object.keys(cases) : [options.case]) {
    const runs = { fused: [], unfused: [] }
    for (let run = 0; run < Number(options.runs); run++) {
      for (const side of ['fused', 'unfused']) runs[side].push(measure(name, side))
    }
    const of = (side, what) => Number(median(runs[side].map(run => run[what])).toFixed(2))
    print({
      case: name,
      precision: name === 'precision' ? 'bf16 against f32' : options.precision,
      fused_ms: of('fused', 'ms'),
      unfused_ms: of('unfused', 'ms'),
      ratio: Number((of('unfused', 'ms') / of('fused', 'ms')).toFixed(2)),
      fused_rss_mb: of('fused', 'rss'),
      unfused_rss_mb: of('unfused', 'rss'),
      runs: runs.fused.length,
      instruction_set: runs.fused[0].set,
    })
  }
}
