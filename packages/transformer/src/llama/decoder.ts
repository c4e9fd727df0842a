import { attention, type DecoderPart, decoderTakes, embedding, rmsNorm, tf } from '@sluice/compute'
import { cachedDecoder } from '../generation/caching.ts'
import type { Decoder, DecoderOptions } from '../generation/decoder.ts'
import { growingDecoder } from '../generation/growing.ts'
import { queriesKeysValues, restOfBlock } from './block.ts'
import { type LlamaParts, llamaDecoderWeights } from './decoderWeights.ts'

/**
 * Keeps the keys and values of the contexts seen so far, so that a token costs one pass over the weights. What is kept when
 * contexts differ, or the window slides, is as in GPT-2's `cachingDecoder`. Where the backend has no decoder of its own for
 * Llama, it is composed of the operations that training uses, and sees the weights as they become.
 */
export function llamaDecoder(model: LlamaParts, options: DecoderOptions = {}): Decoder {
  if (!decoderTakes('llama')) return composedDecoder(model, options)
  return cachedDecoder(llamaDecoderWeights(model), model.config, options)
}

function composedDecoder(model: LlamaParts, options: DecoderOptions): Decoder {
  const { config, parameter, head, tables } = model
  const { blockSize, layers, width, heads, epsilon } = config
  const { rows = 1 } = options
  const kept = Array.from({ length: rows }, () =>
    Array.from({ length: layers }, () => new Float32Array(2 * blockSize * width)),
  )

  /** A row's tokens from position `start` on; those before it are kept. @returns [V] */
  const extend = ({ row, start, ids }: DecoderPart): tf.Tensor1D => {
    const positions = Int32Array.from(ids, (_, i) => start + i)
    let x_NC = embedding(parameter<tf.Tensor2D>('model.embed_tokens.weight'), ids)
    kept[row]!.forEach((cache, layer) => {
      x_NC = tf.tidy(() => {
        const qkv_N3C = queriesKeysValues(x_NC, layer, parameter, config, { tables, positions })
        const qkv = qkv_N3C.dataSync() as Float32Array
        keep(cache, qkv, start)
        const mixed_NC =
          start === 0
            ? attention(qkv_N3C, { batch: 1, time: ids.length, heads, causal: true })
            : tf.tensor2d(mix(cache, qkv, start), [ids.length, width])
        return restOfBlock(x_NC, mixed_NC, layer, parameter, config, undefined)
      })
    })
    const last = rmsNorm(tf.slice2d(x_NC, [ids.length - 1, 0], [1, width]), parameter('model.norm.weight'), epsilon)
    return tf.reshape(tf.matMul(head, tf.transpose<tf.Tensor2D>(last)), [config.vocabSize])
  }

  /** Keys and values, 2C a position. */
  const keep = (cache: Float32Array, qkv: Float32Array, start: number): void => {
    for (let i = 0; i < qkv.length / (3 * width); i++) {
      cache.set(qkv.subarray((3 * i + 1) * width, 3 * (i + 1) * width), 2 * (start + i) * width)
    }
  }

  /** Causal attention of the new positions to all before them. */
  const mix = (cache: Float32Array, qkv: Float32Array, start: number): Float32Array => {
    const dim = width / heads
    const rows = qkv.length / (3 * width)
    const out = new Float32Array(rows * width)
    const scores = new Float32Array(start + rows)
    for (let i = 0; i < rows; i++) {
      const seen = start + i + 1
      for (let head = 0; head < heads; head++) {
        const q = 3 * i * width + head * dim
        let most = Number.NEGATIVE_INFINITY
        for (let j = 0; j < seen; j++) {
          const k = 2 * j * width + head * dim
          let dot = 0
          for (let d = 0; d < dim; d++) dot += qkv[q + d]! * cache[k + d]!
          scores[j] = dot / Math.sqrt(dim)
          most = Math.max(most, scores[j]!)
        }
        let total = 0
        for (let j = 0; j < seen; j++) {
          scores[j] = Math.exp(scores[j]! - most)
          total += scores[j]!
        }
        const at = i * width + head * dim
        for (let j = 0; j < seen; j++) {
          const v = (2 * j + 1) * width + head * dim
          const share = scores[j]! / total
          for (let d = 0; d < dim; d++) out[at + d]! += share * cache[v + d]!
        }
      }
    }
    return out
  }

  return growingDecoder(config, options, {
    async extend(parts) {
      const all = new Float32Array(parts.length * config.vocabSize)
      for (const [i, part] of parts.entries()) {
        const logits = tf.tidy(() => extend(part))
        try {
          all.set((await logits.data()) as Float32Array, i * config.vocabSize)
        } finally {
          logits.dispose()
        }
      }
      return all
    },
    dispose() {},
  })
}
