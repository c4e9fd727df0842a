import { tf } from '../../tf.ts'
import type { DecoderKernel, DecoderPart, LinearWeights, NormWeights } from '../kernels.ts'
import { layerNorm } from './layerNorm.ts'
import { linear } from './linear.ts'

// N tokens of all parts together, n of one part, t positions that its row holds, H heads, D width of a head, C = H * D.

/** Keys and values of one row in one layer: [H, t, D] each. */
interface Cache {
  readonly k: tf.Tensor3D
  readonly v: tf.Tensor3D
}

/** Keys and values are tensors that grow by concatenation: right on every backend, with a copy of the context for each token. */
export const decoder: DecoderKernel = {
  open({ weights, shape }) {
    const { heads, epsilon } = shape
    const caches: Cache[][] = weights.blocks.map(() => [])
    const norm = (x: tf.Tensor2D, { gamma, beta }: NormWeights) =>
      layerNorm.forward({ x, gamma, beta: beta!, epsilon, keep: false }).value as tf.Tensor2D
    const project = (x: tf.Tensor2D, { w, b }: LinearWeights, activation: 'gelu_new' | null) =>
      linear.forward({ x, w, b, activation, keep: false }).value as tf.Tensor2D

    /** Appends k and v of qkv [n, 3C] to the first `start` positions. */
    const append = (layer: number, row: number, start: number, qkv: tf.Tensor2D): { q: tf.Tensor3D } & Cache => {
      const [q, k, v] = tf.unstack(tf.transpose(tf.reshape(qkv, [qkv.shape[0], 3, heads, -1]), [1, 2, 0, 3]))
      const held = caches[layer]![row]
      const after = (before: tf.Tensor3D | undefined, now: tf.Tensor3D): tf.Tensor3D => {
        if (!before || start === 0) return tf.keep(now.clone())
        const seen = before.shape[1] === start ? before : tf.slice(before, [0, 0, 0], [-1, start, -1])
        return tf.keep(tf.concat([seen, now], 1))
      }
      const grown = { k: after(held?.k, k as tf.Tensor3D), v: after(held?.v, v as tf.Tensor3D) }
      tf.dispose(held ? [held.k, held.v] : [])
      caches[layer]![row] = grown
      return { q: q as tf.Tensor3D, ...grown }
    }

    const attend = (layer: number, { row, start, ids }: DecoderPart, qkv: tf.Tensor2D): tf.Tensor2D => {
      const { q, k, v } = append(layer, row, start, qkv)
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[2]))
      const probabilities = tf.softmax(ids.length > 1 ? tf.add(scores, futureMask(ids.length, start)) : scores)
      return tf.reshape(tf.transpose(tf.matMul(probabilities, v), [1, 0, 2]), [ids.length, -1])
    }

    const logits = (parts: readonly DecoderPart[]): tf.Tensor2D => {
      const ends: number[] = []
      for (const { ids } of parts) ends.push((ends.at(-1) ?? 0) + ids.length)
      const rowsOf = (part: number): [number, number] => [
        ends[part]! - parts[part]!.ids.length,
        parts[part]!.ids.length,
      ]
      const gather = (table: tf.Tensor2D, at: number[]) => tf.gather(table, tf.tensor1d(at, 'int32'))
      let x = gather(
        weights.tokens,
        parts.flatMap(({ ids }) => [...ids]),
      )
      if (weights.positions) {
        const at = parts.flatMap(({ start, ids }) => Array.from(ids, (_, i) => start + i))
        x = tf.add(x, gather(weights.positions, at))
      }
      weights.blocks.forEach((block, layer) => {
        const qkv = project(norm(x, block.attentionNorm), block.qkv, null)
        const mixed = parts.map((part, i) => {
          const [first, count] = rowsOf(i)
          return attend(layer, part, tf.slice(qkv, [first, 0], [count, -1]))
        })
        x = tf.add(x, project(tf.concat(mixed, 0), block.attentionOutput, null))
        const inner = project(norm(x, block.feedForwardNorm), block.feedForward, 'gelu_new')
        x = tf.add(x, project(inner, block.feedForwardOutput, null))
      })
      const last = gather(
        x,
        ends.map(end => end - 1),
      )
      return tf.transpose(tf.matMul(weights.head, tf.transpose(norm(last, weights.norm))))
    }

    return {
      prefillFrom: 2,
      fill({ row, layer, qkv }) {
        tf.tidy(() => {
          append(layer, row, 0, qkv)
        })
      },
      async extend(parts) {
        const result = tf.tidy(() => logits(parts))
        try {
          return (await result.data()).slice() as Float32Array
        } finally {
          result.dispose()
        }
      },
      dispose() {
        for (const rows of caches) for (const cache of rows) tf.dispose(cache ? [cache.k, cache.v] : [])
        caches.length = 0
      },
    }
  },
}

/** [n, start + n]: 0 where position j is no later than start + i, else so low that its exponential is 0. */
function futureMask(n: number, start: number): tf.Tensor {
  const length = start + n
  const mask = new Float32Array(n * length)
  for (let i = 0; i < n; i++) mask.fill(-1e9, i * length + start + i + 1, (i + 1) * length)
  return tf.tensor(mask, [n, length])
}
