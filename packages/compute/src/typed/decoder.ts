import type { DecoderKernel, DecoderShape, DecoderWeights, LinearWeights, NormWeights } from '../ops/kernels.ts'
import type { tf } from '../tf.ts'
import { affine, rowDots } from './affine.ts'
import { KeyValueCache } from './cache.ts'
import { gelu, layerNorm } from './pointwise.ts'

/**
 * A decoder in plain JavaScript over typed arrays: no tensor is made for a token, so that none of the dozens of small tfjs
 * operations is paid for. For backends whose data JavaScript can read.
 *
 * @param options.prefillFrom a prompt of so many tokens goes through the backend's own operations. Default: none does
 */
export function typedDecoder({ prefillFrom = Infinity }: { prefillFrom?: number } = {}): DecoderKernel {
  return {
    open({ weights, shape }) {
      const width = weights.tokens.shape[1]
      const caches = weights.blocks.map(() => new KeyValueCache({ ...shape, width }))
      let step: ReturnType<typeof stepOf> | undefined
      return {
        prefillFrom,
        fill({ row, layer, qkv }) {
          const values = qkv.dataSync() as Float32Array
          for (let t = 0; t < qkv.shape[0]; t++) caches[layer]!.put(row, t, values, t * 3 * width)
        },
        extend(parts) {
          step ??= stepOf(weights, shape, caches)
          const logits = parts.map(({ row, start, ids }) => {
            ids.forEach((id, i) => {
              step!.token(row, start + i, id)
            })
            return step!.logits()
          })
          if (logits.length === 1) return logits[0]!
          const all = new Float32Array(logits.reduce((sum, each) => sum + each.length, 0))
          logits.forEach((each, i) => {
            all.set(each, i * each.length)
          })
          return all
        },
        dispose() {
          step = undefined
          caches.length = 0
        },
      }
    },
  }
}

/** `token` takes one token through all blocks; `logits` are those after the last one taken. */
function stepOf(weights: DecoderWeights, { epsilon, capacity }: DecoderShape, caches: readonly KeyValueCache[]) {
  const read = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array
  const norm = ({ gamma, beta }: NormWeights) => ({ gamma: read(gamma), beta: read(beta) })
  const linear = ({ w, b }: LinearWeights) => ({ w: read(w), b: read(b) })
  const tokens = read(weights.tokens)
  const positions = weights.positions && read(weights.positions)
  const head = weights.head === weights.tokens ? tokens : read(weights.head)
  const finalNorm = norm(weights.norm)
  const blocks = weights.blocks.map(block => ({
    attentionNorm: norm(block.attentionNorm),
    qkv: linear(block.qkv),
    attentionOutput: linear(block.attentionOutput),
    feedForwardNorm: norm(block.feedForwardNorm),
    feedForward: linear(block.feedForward),
    feedForwardOutput: linear(block.feedForwardOutput),
    inner: new Float32Array(block.feedForward.b.shape[0]),
  }))
  const width = weights.tokens.shape[1]
  const x = new Float32Array(width)
  const normal = new Float32Array(width)
  const qkv = new Float32Array(3 * width)
  const mixed = new Float32Array(width)
  const scores = new Float64Array(capacity)
  return {
    token(row: number, position: number, id: number): void {
      x.set(tokens.subarray(id * width, (id + 1) * width))
      if (positions) for (let c = 0; c < width; c++) x[c]! += positions[position * width + c]!
      blocks.forEach((block, layer) => {
        const cache = caches[layer]!
        layerNorm(x, block.attentionNorm.gamma, block.attentionNorm.beta, epsilon, normal)
        affine(normal, block.qkv.w, block.qkv.b, qkv, false)
        cache.put(row, position, qkv, 0)
        cache.attend(row, position + 1, qkv, mixed, scores)
        affine(mixed, block.attentionOutput.w, block.attentionOutput.b, x, true)
        layerNorm(x, block.feedForwardNorm.gamma, block.feedForwardNorm.beta, epsilon, normal)
        affine(normal, block.feedForward.w, block.feedForward.b, block.inner, false)
        gelu(block.inner)
        affine(block.inner, block.feedForwardOutput.w, block.feedForwardOutput.b, x, true)
      })
    },
    logits(): Float32Array {
      layerNorm(x, finalNorm.gamma, finalNorm.beta, epsilon, normal)
      return rowDots(head, normal, width)
    },
  }
}
