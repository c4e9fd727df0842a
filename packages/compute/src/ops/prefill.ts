import { tf } from '../tf.ts'
import { attention } from './attention.ts'
import { embedding } from './embedding.ts'
import type { DecoderPart, DecoderShape, DecoderState, DecoderWeights, LinearWeights, NormWeights } from './kernels.ts'
import { layerNorm } from './layerNorm.ts'
import { linear } from './linear.ts'

// n tokens, C width, V vocabulary

/**
 * The first tokens of a row in one pass through the ordinary operations; their keys and values go to `state`.
 *
 * @returns [V], the logits after the last token
 */
export function prefill(
  weights: DecoderWeights,
  { heads, epsilon }: DecoderShape,
  { row, ids }: DecoderPart,
  state: DecoderState,
): Promise<Float32Array> {
  const time = ids.length
  const norm = (x: tf.Tensor2D, { gamma, beta }: NormWeights) => layerNorm(x, gamma, beta, epsilon)
  const project = (x: tf.Tensor2D, { w, b }: LinearWeights, activation?: 'gelu_new') =>
    linear(x, w, b, activation ? { activation } : {})
  const logits = tf.tidy(() => {
    let x = embedding(weights.tokens, ids)
    if (weights.positions) {
      x = tf.add(
        x,
        embedding(
          weights.positions,
          Int32Array.from(ids, (_, i) => i),
        ),
      )
    }
    weights.blocks.forEach((block, layer) => {
      x = tf.tidy(() => {
        const qkv = project(norm(x, block.attentionNorm), block.qkv)
        state.fill({ row, layer, qkv })
        const mixed = attention(qkv, { batch: 1, time, heads, causal: true })
        const attended = tf.add<tf.Tensor2D>(x, project(mixed, block.attentionOutput))
        const inner = project(norm(attended, block.feedForwardNorm), block.feedForward, 'gelu_new')
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
