import { attention, dropout, layerNorm, linear, tf } from '@sluice/compute'
import type { Gpt2Config } from './config.ts'
import { maskRandom } from './dropout.ts'

// B rows (batch), T time, N = B * T, C width, H heads, F inner width of the feed-forward

/** What a forward pass knows beside its tensors. */
export interface Pass {
  readonly batch: number
  readonly time: number
  /** Present while training, when dropout is on. */
  readonly training?: { readonly seed: number; readonly step: number } | undefined
}

export type Parameter = <T extends tf.Tensor>(name: string) => T

/**
 * One pre-norm Transformer block of GPT-2: x + attention(norm(x)), then x + feedForward(norm(x)).
 *
 * @param x_NC the residual stream, [N, C]
 */
export function block(x_NC: tf.Tensor2D, layer: number, parameter: Parameter, config: Gpt2Config, pass: Pass) {
  const { heads, epsilon, dropout: rates } = config
  const { batch, time, training } = pass
  const get = <T extends tf.Tensor>(name: string) => parameter<T>(`transformer.h.${layer}.${name}`)
  const norm = (x: tf.Tensor2D, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), epsilon)
  const project = (x: tf.Tensor2D, name: string, activation?: 'gelu_new') =>
    linear(x, get(`${name}.weight`), get(`${name}.bias`), activation ? { activation } : {})
  const drop = (x: tf.Tensor2D, place: string) => residualDropout(x, rates.residual, `h.${layer}.${place}`, training)

  // Each half in a tidy: what the tape does not save is freed at once, not at the end of the forward pass.
  const attended_NC = tf.tidy(() => {
    const qkv_N3C = project(norm(x_NC, 'ln_1'), 'attn.c_attn')
    const mask =
      training && rates.attention > 0
        ? {
            dropout: {
              rate: rates.attention,
              random: maskRandom(training.seed, `h.${layer}.attention`, training.step),
            },
          }
        : {}
    const mixed_NC = attention(qkv_N3C, { batch, time, heads, causal: true, ...mask })
    return tf.add<tf.Tensor2D>(x_NC, drop(project(mixed_NC, 'attn.c_proj'), 'attn.c_proj'))
  })
  return tf.tidy(() => {
    const inner_NF = project(norm(attended_NC, 'ln_2'), 'mlp.c_fc', 'gelu_new')
    return tf.add<tf.Tensor2D>(attended_NC, drop(project(inner_NF, 'mlp.c_proj'), 'mlp.c_proj'))
  })
}

/** Dropout that is there only while training and with a rate above 0. */
export function residualDropout(x: tf.Tensor2D, rate: number, place: string, training: Pass['training']): tf.Tensor2D {
  if (!training || rate === 0) return x
  return dropout(x, { rate, random: maskRandom(training.seed, place, training.step) })
}
