import type { DecoderWeights, LinearWeights, NormWeights } from '../ops/kernels.ts'
import { rotaryTables } from '../ops/rotaryHeads.ts'
import { tf } from '../tf.ts'
import { normals } from './checkOp.ts'
import * as double from './double.ts'

export interface DecoderCaseShape {
  readonly vocabulary: number
  readonly width: number
  readonly heads: number
  readonly inner: number
  readonly layers: number
  readonly capacity: number
  /** Makes it a Llama, whose keys and values so many heads share. */
  readonly keyHeads?: number
  /** Default: true; a Llama has none. */
  readonly positions?: boolean
  /** Default: true. */
  readonly tied?: boolean
  /** What a weight is rounded to. Default: nothing. */
  readonly round?: (weight: number) => number
}

export interface DecoderCase {
  readonly weights: DecoderWeights
  readonly variables: readonly tf.Variable[]
  /** Logits after a context, from its definition in double precision. */
  truth(ids: readonly number[]): Float64Array
  dispose(): void
}

/** A random GPT-2, or Llama, beside its truth. */
export function decoderCase(shape: DecoderCaseShape, seed: number): DecoderCase {
  const { vocabulary: V, width: C, heads, inner: F, layers, capacity, positions = true, tied = true } = shape
  const { round = (weight: number) => weight, keyHeads } = shape
  const dim = C / heads
  const llama = keyHeads !== undefined
  const variables: tf.Variable[] = []
  const exact = new Map<tf.Tensor, Float64Array>()
  const make = <T extends tf.Tensor>(scale: number, size: number[], centre = 0): T => {
    const count = size.reduce((product, each) => product * each, 1)
    const values = normals(count, seed, `weight ${variables.length}`, scale).map(value => round(value + centre))
    const start = tf.tensor(values, size)
    const variable = tf.variable(start)
    start.dispose()
    variables.push(variable)
    exact.set(variable, Float64Array.from(values))
    return variable as tf.Tensor as T
  }
  const norm = () => ({ gamma: make<tf.Tensor1D>(0.3, [C], 1), beta: llama ? null : make<tf.Tensor1D>(0.3, [C]) })
  const linear = (from: number, to: number) => ({
    w: make<tf.Tensor2D>(1 / Math.sqrt(from), [from, to]),
    b: llama ? null : make<tf.Tensor1D>(0.3, [to]),
  })
  const rotary = llama ? rotaryTables(capacity, dim, 10_000) : undefined
  const tokens = make<tf.Tensor2D>(1, [V, C])
  const weights: DecoderWeights = {
    ...(rotary ? { family: 'llama', rotary } : {}),
    tokens,
    positions: positions && !llama ? make<tf.Tensor2D>(1, [capacity, C]) : null,
    blocks: Array.from({ length: layers }, () => ({
      attentionNorm: norm(),
      qkv: linear(C, C + 2 * (keyHeads ?? heads) * dim),
      attentionOutput: linear(C, C),
      feedForwardNorm: norm(),
      feedForward: linear(C, llama ? 2 * F : F),
      feedForwardOutput: linear(F, C),
    })),
    norm: norm(),
    head: tied ? tokens : make<tf.Tensor2D>(1, [V, C]),
  }

  const value = (tensor: tf.Tensor) => exact.get(tensor)!
  const normed = (x: Float64Array, { gamma, beta }: NormWeights) =>
    beta ? double.layerNorm(x, value(gamma), value(beta), C, 1e-5) : double.rmsNorm(x, value(gamma), C, 1e-5)
  const project = (x: Float64Array, { w, b }: LinearWeights) => {
    const [from, to] = w.shape
    const bias = b ? value(b) : new Float64Array(to)
    return double.matMul(x, value(w), x.length / from, from, to).map((y, i) => y + bias[i % to]!)
  }
  const sum = (a: Float64Array, b: Float64Array) => a.map((each, i) => each + b[i]!)

  return {
    weights,
    variables,
    truth(ids) {
      const time = ids.length
      const table = value(weights.tokens)
      let x = Float64Array.from(ids.flatMap(id => [...table.subarray(id * C, (id + 1) * C)]))
      if (weights.positions) x = sum(x, value(weights.positions))
      for (const block of weights.blocks) {
        const projected = project(normed(x, block.attentionNorm), block.qkv)
        const qkv = rotary
          ? double.rotaryHeads(projected, { heads, groups: keyHeads!, dim }, [...ids.keys()], 10_000)
          : projected
        const mixed = double.attention(qkv, { batch: 1, time, heads, width: C, causal: true })
        x = sum(x, project(mixed, block.attentionOutput))
        const inner = project(normed(x, block.feedForwardNorm), block.feedForward)
        x = sum(x, project(llama ? double.gatedSilu(inner, F) : double.gelu(inner), block.feedForwardOutput))
      }
      const last = normed(x.subarray(-C), weights.norm)
      const head = value(weights.head)
      return Float64Array.from({ length: V }, (_, id) =>
        last.reduce((dot, each, c) => dot + each * head[id * C + c]!, 0),
      )
    },
    dispose() {
      tf.dispose(variables)
    },
  }
}
