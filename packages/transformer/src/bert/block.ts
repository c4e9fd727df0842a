import { attention, layerNorm, linear, tf } from '@sluice/compute'
import { maskRandom, residualDropout } from '../dropout.ts'
import type { Parameter, Pass } from '../pass.ts'
import type { BertConfig } from './config.ts'

// B rows (batch), T time, N = B * T, C width, F inner width

/**
 * One post-norm block of BERT: norm(x + attention(x)), then norm(x + feedForward(x)) with the exact GELU. Every token sees all
 * of its segment.
 *
 * @param x_NC [N, C]
 */
export function bertBlock(
  x_NC: tf.Tensor2D,
  layer: number,
  parameter: Parameter,
  config: BertConfig,
  pass: Pass,
): tf.Tensor2D {
  const { heads, epsilon, dropout: rate } = config
  const { batch, time, segments, training } = pass
  const at = `bert.encoder.layer.${layer}`
  const get = <T extends tf.Tensor>(name: string) => parameter<T>(`${at}.${name}`)
  const norm = (x: tf.Tensor2D, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), epsilon)
  const project = (x: tf.Tensor2D, name: string, options: Parameters<typeof linear>[3] = {}) =>
    linear(x, get(`${name}.weight`), get(`${name}.bias`), options)
  const projectOnto = (residual: tf.Tensor2D, x: tf.Tensor2D, name: string) => {
    if (!training || rate === 0) return project(x, name, { residual })
    return tf.add<tf.Tensor2D>(residual, residualDropout(project(x, name), rate, `${at}.${name}`, training))
  }
  // Each half in a tidy: what the tape does not save is freed at once, not at the end of the forward pass.
  const attended_NC = tf.tidy(() => {
    const random = training && rate > 0 ? maskRandom(training, `${at}.attention`) : undefined
    const qkv_N3C = project(x_NC, 'attention.self.qkv')
    pass.observe?.attention(layer, qkv_N3C)
    const mixed_NC = attention(qkv_N3C, {
      batch,
      time,
      heads,
      causal: false,
      ...(segments ? { segments } : {}),
      ...(random ? { dropout: { rate, random } } : {}),
    })
    return norm(projectOnto(x_NC, mixed_NC, 'attention.output.dense'), 'attention.output.LayerNorm')
  })
  return tf.tidy(() => {
    const inner_NF = project(attended_NC, 'intermediate.dense', { activation: 'gelu' })
    return norm(projectOnto(attended_NC, inner_NF, 'output.dense'), 'output.LayerNorm')
  })
}
