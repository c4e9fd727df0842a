// Loads the binding in a process of its own, so that one that kills its process kills only this one, and prints as its last line
// what it found: { version, gpu, gflops, gflopsBf16 }. Plain JavaScript, since it runs from the sources and from an installation.
//
//   node probe.cjs <the binding>
'use strict'

const binding = require(process.argv[2])
const { TF_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = binding
const TF_BFLOAT16 = 14

const type = (name, value) => ({ name, type: TF_ATTR_TYPE, value })
const flag = (name, value) => ({ name, type: TF_ATTR_BOOL, value })
const run = (name, attributes, inputs) => binding.executeOp(name, attributes, inputs, 1)[0].id
const multiply = (a, b, dtype) =>
  run('MatMul', [flag('transpose_a', false), flag('transpose_b', false), type('T', dtype)], [a, b])
const cast = (id, from, to) => run('Cast', [type('SrcT', from), type('DstT', to), flag('Truncate', false)], [id])

const random = length => Float32Array.from({ length }, (_, i) => ((i * 7919) % 257) / 257 - 0.5)

function check() {
  const [m, k, n] = [3, 5, 4]
  const [a, b] = [random(m * k), random(k * n)]
  const product = binding.tensorDataSync(
    multiply(binding.createTensor([m, k], TF_FLOAT, a), binding.createTensor([k, n], TF_FLOAT, b), TF_FLOAT),
  )
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j]
      if (!(Math.abs(sum - product[i * n + j]) < 0.01))
        throw new Error(`a matrix product is wrong: ${product[i * n + j]}, not ${sum}`)
    }
  }
}

function gflops(dtype) {
  const [m, k, n] = [1024, 768, 3072]
  let a = binding.createTensor([m, k], TF_FLOAT, random(m * k))
  let b = binding.createTensor([k, n], TF_FLOAT, random(k * n))
  if (dtype !== TF_FLOAT) [a, b] = [cast(a, TF_FLOAT, dtype), cast(b, TF_FLOAT, dtype)]
  let best = Infinity
  for (let i = 0; i < 6; i++) {
    const start = performance.now()
    const id = multiply(a, b, dtype)
    // On a GPU the call returns before the work is done; reading the least that can be read waits for it.
    if (binding.isUsingGpuDevice())
      binding.tensorDataSync(
        run(
          'Max',
          [flag('keep_dims', false), type('T', dtype), type('Tidx', binding.TF_INT32)],
          [id, binding.createTensor([2], binding.TF_INT32, Int32Array.of(0, 1))],
        ),
      )
    best = Math.min(best, performance.now() - start)
    binding.deleteTensor(id)
  }
  return Math.round((2 * m * k * n) / best / 1e6)
}

check()
const found = { version: binding.TF_Version, gpu: binding.isUsingGpuDevice(), gflops: gflops(TF_FLOAT) }
try {
  found.gflopsBf16 = gflops(TF_BFLOAT16)
} catch {
  // A build without bfloat16 products is no failure.
}
process.stdout.write(`\n${JSON.stringify(found)}\n`)
