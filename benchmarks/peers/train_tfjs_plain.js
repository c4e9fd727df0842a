// Peer of `tensorflow`: the same training step as one writes it with tfjs alone: its ordinary operations, its gradients
// (tf.variableGrads), its Adam, on the same binding, in float32.
// usage: node peers/train_tfjs_plain.js XS|S|M
import { readFileSync } from 'node:fs'
import { chooseBackend, tf } from '@sluice/compute'
import { randomStream } from '@sluice/pipeline'

const warmUp = 3
const [name] = process.argv.slice(2)
const shapes = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'))
// B rows, T time, N = B * T, L layers, C width, H heads, V vocabulary
const { vocabSize: V, blockSize: T, layers: L, width: C, heads: H, batchSize: B, steps } = shapes[name]
const { backend } = await chooseBackend('tensorflow')

const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.02))
const bias = size => tf.variable(tf.zeros([size]))
const norm = () => ({ gamma: tf.variable(tf.ones([C])), beta: bias(C) })
const linear = (from, to) => ({ w: weight(from, to), b: bias(to) })
const [tokens, positions, last] = [weight(V, C), weight(T, C), norm()]
const blocks = Array.from({ length: L }, () => ({
  norm1: norm(),
  qkv: linear(C, 3 * C),
  out: linear(C, C),
  norm2: norm(),
  up: linear(C, 4 * C),
  down: linear(4 * C, C),
}))
const hidden = tf.tensor(
  Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)),
  [T, T],
)

const normalise = (x, { gamma, beta }) => {
  const { mean, variance } = tf.moments(x, -1, true)
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(gamma).add(beta)
}
const project = (x, { w, b }) => tf.matMul(x, w).add(b)
const gelu = x =>
  x.mul(0.5).mul(
    x
      .add(x.pow(3).mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  )
const attend = qkv => {
  const [q, k, v] = tf.split(qkv, 3, 1).map(x => x.reshape([B, T, H, C / H]).transpose([0, 2, 1, 3]))
  const scores = tf
    .matMul(q, k, false, true)
    .div(Math.sqrt(C / H))
    .add(hidden)
  return tf
    .matMul(tf.softmax(scores), v)
    .transpose([0, 2, 1, 3])
    .reshape([B * T, C])
}
const loss = (ids, targets) => {
  let x = tf
    .gather(tokens, ids)
    .reshape([B, T, C])
    .add(positions)
    .reshape([B * T, C])
  for (const block of blocks) {
    x = x.add(project(attend(project(normalise(x, block.norm1), block.qkv)), block.out))
    x = x.add(project(gelu(project(normalise(x, block.norm2), block.up)), block.down))
  }
  const logits = tf.matMul(normalise(x, last), tokens, false, true)
  return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, V), logits)
}

const stream = randomStream(1, 'bench')
const random = from =>
  tf.tensor1d(
    Int32Array.from({ length: B * T }, (_, i) => stream.below(from + i, V)),
    'int32',
  )
const [ids, targets] = [random(0), random(B * T)]
const optimizer = tf.train.adam(3e-4, 0.9, 0.95)
const seconds = []
for (let step = 0; step < warmUp + steps; step++) {
  const started = performance.now()
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => loss(ids, targets))
    const squares = Object.values(grads).map(grad => grad.square().sum())
    const length = tf.addN(squares).sqrt().dataSync()[0]
    const scale = Math.min(1, 1 / length)
    optimizer.applyGradients(Object.fromEntries(Object.entries(grads).map(([key, grad]) => [key, grad.mul(scale)])))
    value.dataSync()
  })
  seconds.push((performance.now() - started) / 1e3)
}

const sorted = seconds.slice(warmUp).sort((a, b) => a - b)
const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
const line = {
  value: (B * T) / median,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  note: `${(median * 1e3).toFixed(0)} ms/step`,
  versions: `${backend.description}, plain tfjs operations in float32`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)
