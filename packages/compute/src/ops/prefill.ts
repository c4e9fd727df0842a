import { tf } from '../tf.ts'
import { attention } from './attention.ts'
import { embedding } from './embedding.ts'
import { gatedSilu } from './gatedSilu.ts'
import type { DecoderPart, DecoderShape, DecoderState, DecoderWeights, LinearWeights, NormWeights } from './kernels.ts'
import { layerNorm } from './layerNorm.ts'
import { linear } from './linear.ts'
import { rmsNorm } from './rmsNorm.ts'
import { rotaryHeads } from './rotaryHeads.ts'

// n tokens, C width, V vocabulary

/**
 * The first tokens of a row in one pass through the ordinary operations; their keys and values go to `state`.
 *
 * @returns [V], the logits after the last token
 */
export function prefill(
  weights: DecoderWeights,
  { heads, keyHeads = heads, epsilon }: DecoderShape,
  { row, ids }: DecoderPart,
  state: DecoderState,
): Promise<Float32Array> {
  const time = ids.length
  const norm = (x: tf.Tensor2D, { gamma, beta }: NormWeights) =>
    beta ? layerNorm(x, gamma, beta, epsilon) : rmsNorm(x, gamma, epsilon)
  const project = (x: tf.Tensor2D, { w, b }: LinearWeights, activation?: 'gelu_new') =>
    linear(x, w, b, activation ? { activation } : {})
  const positions = Int32Array.from(ids, (_, i) => i)
  const { rotary } = weights
  const logits = tf.tidy(() => {
    let x = embedding(weights.tokens, ids)
    if (weights.positions) {
      x = tf.add(x, embedding(weights.positions, positions))
    }
    weights.blocks.forEach((block, layer) => {
      x = tf.tidy(() => {
        const projected = project(norm(x, block.attentionNorm), block.qkv)
        const dim = x.shape[1] / heads
        const qkv = rotary ? rotaryHeads(projected, { heads, groups: keyHeads, dim, positions, ...rotary }) : projected
        state.fill({ row, layer, qkv })
        const mixed = attention(qkv, { batch: 1, time, heads, causal: true })
        const attended = tf.add<tf.Tensor2D>(x, project(mixed, block.attentionOutput))
        const normal = norm(attended, block.feedForwardNorm)
        const inner = rotary
          ? gatedSilu(project(normal, block.feedForward))
          : project(normal, block.feedForward, 'gelu_new')
        return tf.add<tf.Tensor2D>(attended, project(inner, block.feedForwardOutput))
      })
    })
    const last = norm(tf.slice(x, [time - 1, 0], [1, -1]), weights.norm)
    return tf.reshape<tf.Rank.R1>(tf.matMul(weights.head, tf.transpose<tf.Tensor2D>(last)), [-1])
  })
  return read(logits)
}

async function read(logits: tf.Tensor1D): Promise<Float32Array> {
  try {
    return (await logits.data()) as Float32Array
  } finally {
    logits.dispose()
  }
}
