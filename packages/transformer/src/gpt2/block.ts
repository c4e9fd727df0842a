import { layerNorm, linear, tf } from '@sluice/compute'
import type { Parameter, Pass } from '../pass.ts'
import { attend, projectOnto } from '../sublayers.ts'
import type { Gpt2Config } from './config.ts'

// B rows (batch), T time, N = B * T, C width, H heads, F inner width of the feed-forward

/**
 * One pre-norm Transformer block of GPT-2: x + attention(norm(x)), then x + feedForward(norm(x)).
 *
 * @param x_NC the residual stream, [N, C]
 */
export function block(x_NC: tf.Tensor2D, layer: number, parameter: Parameter, config: Gpt2Config, pass: Pass) {
  const { heads, epsilon, dropout: rates } = config
  const h = `h.${layer}`
  const get = <T extends tf.Tensor>(name: string) => parameter<T>(`transformer.${h}.${name}`)
  const norm = (x: tf.Tensor2D, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), epsilon)
  const projection = (name: string) => ({
    weight: get<tf.Tensor2D>(`${name}.weight`),
    bias: get<tf.Tensor1D>(`${name}.bias`),
  })
  const onto = (residual: tf.Tensor2D, x: tf.Tensor2D, name: string) =>
    projectOnto(residual, x, projection(name), { rate: rates.residual, place: `${h}.${name}`, training: pass.training })

  // Each half in a tidy: what the tape does not save is freed at once, not at the end of the forward pass.
  const attended_NC = tf.tidy(() => {
    const { weight, bias } = projection('attn.c_attn')
    const qkv_N3C = linear(norm(x_NC, 'ln_1'), weight, bias)
    const how = { layer, heads, causal: true, rate: rates.attention, place: `${h}.attention` }
    return onto(x_NC, attend(qkv_N3C, pass, how), 'attn.c_proj')
  })
  return tf.tidy(() => {
    const { weight, bias } = projection('mlp.c_fc')
    const inner_NF = linear(norm(attended_NC, 'ln_2'), weight, bias, { activation: 'gelu_new' })
    return onto(attended_NC, inner_NF, 'mlp.c_proj')
  })
}
