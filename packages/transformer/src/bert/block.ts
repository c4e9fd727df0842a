import { layerNorm, linear, tf } from '@sluice/compute'
import type { Parameter, Pass } from '../pass.ts'
import { attend, projectOnto } from '../sublayers.ts'
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
  const at = `bert.encoder.layer.${layer}`
  const get = <T extends tf.Tensor>(name: string) => parameter<T>(`${at}.${name}`)
  const norm = (x: tf.Tensor2D, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), epsilon)
  const projection = (name: string) => ({
    weight: get<tf.Tensor2D>(`${name}.weight`),
    bias: get<tf.Tensor1D>(`${name}.bias`),
  })
  const onto = (residual: tf.Tensor2D, x: tf.Tensor2D, name: string) =>
    projectOnto(residual, x, projection(name), { rate, place: `${at}.${name}`, training: pass.training })

  // Each half in a tidy: what the tape does not save is freed at once, not at the end of the forward pass.
  const attended_NC = tf.tidy(() => {
    const { weight, bias } = projection('attention.self.qkv')
    const how = { layer, heads, causal: false, rate, place: `${at}.attention` }
    const mixed_NC = attend(linear(x_NC, weight, bias), pass, how)
    return norm(onto(x_NC, mixed_NC, 'attention.output.dense'), 'attention.output.LayerNorm')
  })
  return tf.tidy(() => {
    const { weight, bias } = projection('intermediate.dense')
    const inner_NF = linear(attended_NC, weight, bias, { activation: 'gelu' })
    return norm(onto(attended_NC, inner_NF, 'output.dense'), 'output.LayerNorm')
  })
}
