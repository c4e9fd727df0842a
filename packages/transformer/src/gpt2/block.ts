import { attention, layerNorm, linear, tf } from '@sluice/compute'
import { maskRandom, residualDropout } from '../dropout.ts'
import type { Parameter, Pass } from '../pass.ts'
import type { Gpt2Config } from './config.ts'

// B rows (batch), T time, N = B * T, C width, H heads, F inner width of the feed-forward

/**
 * One pre-norm Transformer block of GPT-2: x + attention(norm(x)), then x + feedForward(norm(x)).
 *
 * @param x_NC the residual stream, [N, C]
 */
export function block(x_NC: tf.Tensor2D, layer: number, parameter: Parameter, config: Gpt2Config, pass: Pass) {
  const { heads, epsilon, dropout: rates } = config
  const { batch, time, segments, training } = pass
  const get = <T extends tf.Tensor>(name: string) => parameter<T>(`transformer.h.${layer}.${name}`)
  const norm = (x: tf.Tensor2D, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), epsilon)
  const project = (x: tf.Tensor2D, name: string, options: Parameters<typeof linear>[3] = {}) =>
    linear(x, get(`${name}.weight`), get(`${name}.bias`), options)
  const projectOnto = (residual: tf.Tensor2D, x: tf.Tensor2D, name: string) => {
    if (!training || rates.residual === 0) return project(x, name, { residual })
    return tf.add<tf.Tensor2D>(
      residual,
      residualDropout(project(x, name), rates.residual, `h.${layer}.${name}`, training),
    )
  }

  // Each half in a tidy: what the tape does not save is freed at once, not at the end of the forward pass.
  const attended_NC = tf.tidy(() => {
    const qkv_N3C = project(norm(x_NC, 'ln_1'), 'attn.c_attn')
    pass.observe?.attention(layer, qkv_N3C)
    const mask =
      training && rates.attention > 0
        ? {
            dropout: {
              rate: rates.attention,
              random: maskRandom(training, `h.${layer}.attention`),
            },
          }
        : {}
    const apart = segments ? { segments } : {}
    const mixed_NC = attention(qkv_N3C, { batch, time, heads, causal: true, ...apart, ...mask })
    return projectOnto(x_NC, mixed_NC, 'attn.c_proj')
  })
  return tf.tidy(() => {
    const inner_NF = project(norm(attended_NC, 'ln_2'), 'mlp.c_fc', { activation: 'gelu_new' })
    return projectOnto(attended_NC, inner_NF, 'mlp.c_proj')
  })
}
