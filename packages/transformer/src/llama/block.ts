import { gatedSilu, linear, rmsNorm, rotaryHeads, tf } from '@sluice/compute'
import type { Parameter, Pass } from '../pass.ts'
import { attend, projectOnto } from '../sublayers.ts'
import type { LlamaConfig } from './config.ts'

// B rows (batch), T time, N = B * T, C width, H heads, G key heads, D channels of a head, F inner width

/** Cosines and sines of the rotary positions, [positions, D / 2] each. */
export interface RotaryTables {
  readonly cosines: Float32Array
  readonly sines: Float32Array
}

/** What attention takes, [N, 3C]: positions told, keys and values repeated. */
export function queriesKeysValues(
  x_NC: tf.Tensor2D,
  layer: number,
  parameter: Parameter,
  config: LlamaConfig,
  { tables, positions }: { tables: RotaryTables; positions: Int32Array },
): tf.Tensor2D {
  const { heads, keyHeads, width, epsilon } = config
  const l = `model.layers.${layer}`
  const normal = rmsNorm(x_NC, parameter(`${l}.input_layernorm.weight`), epsilon)
  const projected = linear(normal, parameter(`${l}.self_attn.qkv_proj.weight`), null)
  return rotaryHeads(projected, { heads, groups: keyHeads, dim: width / heads, positions, ...tables })
}

/** What comes after attention: its output projection and the feed-forward, each onto the residual stream. */
export function restOfBlock(
  x_NC: tf.Tensor2D,
  mixed_NC: tf.Tensor2D,
  layer: number,
  parameter: Parameter,
  config: LlamaConfig,
  training: Pass['training'],
): tf.Tensor2D {
  const { dropout: rate, epsilon } = config
  const l = `model.layers.${layer}`
  const onto = (residual: tf.Tensor2D, x: tf.Tensor2D, name: string) => {
    const projection = { weight: parameter<tf.Tensor2D>(`${l}.${name}.weight`), bias: null }
    return projectOnto(residual, x, projection, { rate, place: `${l}.${name}`, training })
  }
  const attended_NC = onto(x_NC, mixed_NC, 'self_attn.o_proj')
  return tf.tidy(() => {
    const normal = rmsNorm(attended_NC, parameter(`${l}.post_attention_layernorm.weight`), epsilon)
    const gated_NF = gatedSilu(linear(normal, parameter(`${l}.mlp.gate_up_proj.weight`), null))
    return onto(attended_NC, gated_NF, 'mlp.down_proj')
  })
}

/**
 * One pre-norm block of Llama: x + attention(norm(x)), then x + down(silu(gate(norm(x))) * up(norm(x))).
 *
 * @param x_NC the residual stream, [N, C]
 */
export function llamaBlock(
  x_NC: tf.Tensor2D,
  layer: number,
  parameter: Parameter,
  config: LlamaConfig,
  pass: Pass & { tables: RotaryTables; positions: Int32Array },
): tf.Tensor2D {
  const { heads, dropout: rate } = config
  // In tidies: what the tape does not save is freed at once, not at the end of the forward pass.
  return tf.tidy(() => {
    const qkv_N3C = queriesKeysValues(x_NC, layer, parameter, config, pass)
    const how = { layer, heads, causal: true, rate, place: `model.layers.${layer}.attention` }
    return restOfBlock(x_NC, attend(qkv_N3C, pass, how), layer, parameter, config, pass.training)
  })
}
