import type { DecoderKernel, DecoderShape, DecoderWeights, LinearWeights, NormWeights } from '../ops/kernels.ts'
import type { tf } from '../tf.ts'
import { affine, rowDots } from './affine.ts'
import { KeyValueCache } from './cache.ts'
import { gelu, layerNorm } from './pointwise.ts'

export interface TypedDecoderOptions {
  /** A prompt of so many tokens goes through the backend's own operations. Default: none does. */
  readonly prefillFrom?: number
  /** A tensor's values, in place if that can be; asked for anew at each call. Default: what tfjs gives. */
  readonly read?: (tensor: tf.Tensor) => Float32Array
}

/**
 * A decoder in plain JavaScript over typed arrays: no tensor is made for a token, so that none of the dozens of small tfjs
 * operations is paid for. For backends whose data JavaScript can read.
 */
export function typedDecoder(options: TypedDecoderOptions = {}): DecoderKernel {
  const { prefillFrom = Infinity, read = tensor => tensor.dataSync() as Float32Array } = options
  return {
    open({ weights, shape }) {
      const width = weights.tokens.shape[1]
      const caches = weights.blocks.map(() => new KeyValueCache({ ...shape, width }))
      const buffers = new StepBuffers(weights, shape)
      return {
        prefillFrom,
        fill({ row, layer, qkv }) {
          const values = read(qkv)
          for (let t = 0; t < qkv.shape[0]; t++) caches[layer]!.put(row, t, values, t * 3 * width)
        },
        extend(parts) {
          const step = stepOf(weights, shape, caches, buffers, read)
          const vocabulary = weights.tokens.shape[0]
          const logits = new Float32Array(parts.length * vocabulary)
          parts.forEach(({ row, start, ids }, i) => {
            for (let j = 0; j < ids.length; j++) step.token(row, start + j, ids[j]!)
            step.logits(logits.subarray(i * vocabulary, (i + 1) * vocabulary))
          })
          return logits
        },
        dispose() {
          caches.length = 0
        },
      }
    },
  }
}

/** What a step computes with. */
class StepBuffers {
  readonly x: Float32Array
  readonly normal: Float32Array
  readonly qkv: Float32Array
  readonly mixed: Float32Array
  readonly inner: Float32Array
  readonly scores: Float64Array

  constructor({ tokens, blocks }: DecoderWeights, { capacity }: DecoderShape) {
    const width = tokens.shape[1]
    this.x = new Float32Array(width)
    this.normal = new Float32Array(width)
    this.qkv = new Float32Array(3 * width)
    this.mixed = new Float32Array(width)
    this.inner = new Float32Array(blocks[0]?.feedForward.b.shape[0] ?? 0)
    this.scores = new Float64Array(capacity)
  }
}

/** `token` takes one token through all blocks; `logits` are those after the last one taken. */
function stepOf(
  weights: DecoderWeights,
  { epsilon }: DecoderShape,
  caches: readonly KeyValueCache[],
  { x, normal, qkv, mixed, inner, scores }: StepBuffers,
  read: (tensor: tf.Tensor) => Float32Array,
) {
  const width = x.length
  const tokens = read(weights.tokens)
  const positions = weights.positions && read(weights.positions)
  const norm = ({ gamma, beta }: NormWeights, y: Float32Array) => layerNorm(x, read(gamma), read(beta), epsilon, y)
  const linear = (from: Float32Array, { w, b }: LinearWeights, y: Float32Array, accumulate: boolean) =>
    affine(from, read(w), read(b), y, accumulate)
  return {
    token(row: number, position: number, id: number): void {
      x.set(tokens.subarray(id * width, (id + 1) * width))
      if (positions) for (let c = 0; c < width; c++) x[c]! += positions[position * width + c]!
      weights.blocks.forEach((block, layer) => {
        const cache = caches[layer]!
        norm(block.attentionNorm, normal)
        linear(normal, block.qkv, qkv, false)
        cache.put(row, position, qkv, 0)
        cache.attend(row, position + 1, qkv, mixed, scores)
        linear(mixed, block.attentionOutput, x, true)
        norm(block.feedForwardNorm, normal)
        linear(normal, block.feedForward, inner, false)
        gelu(inner)
        linear(inner, block.feedForwardOutput, x, true)
      })
    },
    logits(y: Float32Array): void {
      norm(weights.norm, normal)
      rowDots(read(weights.head), normal, y)
    },
  }
}
