import type { DecoderKernel, DecoderShape, DecoderWeights, NormWeights } from '../ops/kernels.ts'
import { KeyValueCache } from './cache.ts'
import type { Vector, VectorEngine } from './engine.ts'
import { layerNorm } from './pointwise.ts'

/**
 * A decoder over typed arrays: no tensor is made for a token, so that none of the dozens of small tfjs operations is paid for.
 *
 * @param options.prefillFrom a prompt of so many tokens goes through the backend's own operations. Default: none does
 */
export function typedDecoder<V extends Vector>(
  engine: VectorEngine<V>,
  { prefillFrom = Infinity }: { prefillFrom?: number } = {},
): DecoderKernel {
  return {
    open({ weights, shape }) {
      const [vocabulary, width] = weights.tokens.shape
      const caches = weights.blocks.map(() => new KeyValueCache({ ...shape, width }))
      const step = stepOf(engine, weights, shape, caches)
      return {
        prefillFrom,
        fill({ row, layer, qkv }) {
          const values = engine.read(qkv)
          for (let t = 0; t < qkv.shape[0]; t++) caches[layer]!.put(row, t, values, t * 3 * width)
        },
        extend(parts) {
          const logits = new Float32Array(parts.length * vocabulary)
          parts.forEach(({ row, start, ids }, i) => {
            for (let j = 0; j < ids.length; j++) step.token(row, start + j, ids[j]!)
            logits.set(step.logits(), i * vocabulary)
          })
          return logits
        },
        dispose() {
          step.dispose()
          caches.length = 0
        },
      }
    },
  }
}

/** `token` takes one token through all blocks; `logits` are those after the last one taken, until the next. */
function stepOf<V extends Vector>(
  engine: VectorEngine<V>,
  weights: DecoderWeights,
  { epsilon, capacity }: DecoderShape,
  caches: readonly KeyValueCache[],
) {
  const [vocabulary, width] = weights.tokens.shape
  const inner = engine.vector(weights.blocks[0]?.feedForward.w.shape[1] ?? 1)
  const [x, normal, mixed] = [engine.vector(width), engine.vector(width), engine.vector(width)]
  const [qkv, scores] = [engine.vector(3 * width), engine.vector(vocabulary)]
  const probabilities = new Float64Array(capacity)
  const norm = ({ gamma, beta }: NormWeights) =>
    layerNorm(x.values, engine.read(gamma), engine.read(beta!), epsilon, normal.values)
  return {
    token(row: number, position: number, id: number): void {
      const stream = x.values
      stream.set(engine.read(weights.tokens).subarray(id * width, (id + 1) * width))
      if (weights.positions) {
        const table = engine.read(weights.positions)
        for (let c = 0; c < width; c++) stream[c]! += table[position * width + c]!
      }
      weights.blocks.forEach((block, layer) => {
        const cache = caches[layer]!
        norm(block.attentionNorm)
        engine.affine(normal, block.qkv, qkv, false)
        cache.put(row, position, qkv.values, 0)
        cache.attend(row, position + 1, qkv.values, mixed.values, probabilities)
        engine.affine(mixed, block.attentionOutput, x, true)
        norm(block.feedForwardNorm)
        engine.affine(normal, block.feedForward, inner, false)
        engine.gelu(inner)
        engine.affine(inner, block.feedForwardOutput, x, true)
      })
    },
    logits(): Float32Array {
      norm(weights.norm)
      engine.dots(weights.head, normal, scores)
      return scores.values
    },
    dispose(): void {
      for (const vector of [inner, x, normal, mixed, qkv, scores]) vector.dispose()
    },
  }
}
