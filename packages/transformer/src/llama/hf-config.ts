import type { Json } from '@sluice/pipeline'
import { readMembers, wrong } from '../hf/members.ts'
import type { SpecialTokenIds } from '../model.ts'
import type { LlamaConfig, LlamaOptions } from './config.ts'

/**
 * `config.json` as Hugging Face's LlamaConfig reads it. What it cannot express, positions that are not told and dropout
 * elsewhere than on attention, is the member `sluice`, for us.
 */
export function llamaHfConfig(config: LlamaConfig, tokens: SpecialTokenIds = {}): Json {
  const { vocabSize, blockSize, layers, width, heads, keyHeads, inner, positions, theta, dropout } = config
  const own = { ...(positions === 'rotary' ? {} : { positions }), ...(dropout > 0 ? { dropout } : {}) }
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabSize,
    max_position_embeddings: blockSize,
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    head_dim: width / heads,
    hidden_act: 'silu',
    rms_norm_eps: config.epsilon,
    // Before version 5 transformers reads the first, from then on the second.
    rope_theta: theta,
    rope_parameters: { rope_type: 'default', rope_theta: theta },
    attention_bias: false,
    mlp_bias: false,
    attention_dropout: dropout,
    initializer_range: config.initializerRange,
    tie_word_embeddings: config.tieHead,
    bos_token_id: tokens.bosTokenId ?? null,
    eos_token_id: tokens.eosTokenId ?? null,
    pad_token_id: tokens.padTokenId ?? null,
    torch_dtype: 'float32',
    ...(Object.keys(own).length > 0 ? { sluice: own } : {}),
  }
}

const fixed = { hidden_act: 'silu', attention_bias: false, mlp_bias: false, pretraining_tp: 1 }

/**
 * The shape of a model from its Hugging Face `config.json`; members that are absent have LlamaConfig's defaults.
 *
 * @throws DataError naming the member when it is no Llama, or one with parts that ours has not
 */
export function llamaConfigFromHf(json: Json): LlamaOptions {
  const members = readMembers(json, 'llama', fixed)
  const { number } = members
  const width = number('hidden_size', 4096)
  const heads = number('num_attention_heads', 32)
  const dim = number('head_dim', width / heads)
  if (dim !== width / heads) throw wrong('head_dim', `hidden_size / num_attention_heads = ${width / heads}`, dim)
  const own = (members.get('sluice') ?? {}) as { positions?: 'rotary' | 'none'; dropout?: number }
  return {
    vocabSize: number('vocab_size', 32_000),
    blockSize: number('max_position_embeddings', 2048),
    layers: number('num_hidden_layers', 32),
    width,
    heads,
    keyHeads: number('num_key_value_heads', heads),
    inner: number('intermediate_size', 11_008),
    theta: thetaOf(members.get('rope_parameters') ?? members.get('rope_scaling') ?? null, number('rope_theta', 10_000)),
    positions: own.positions,
    dropout: own.dropout ?? number('attention_dropout', 0),
    tieHead: members.get('tie_word_embeddings') === true,
    epsilon: number('rms_norm_eps', 1e-6),
    initializerRange: number('initializer_range', 0.02),
  }
}

/** Scaled frequencies (longer contexts than a model was trained with) are not known here. */
function thetaOf(rope: Json, fallback: number): number {
  if (rope === null || typeof rope !== 'object' || Array.isArray(rope)) return fallback
  const { rope_type, type, rope_theta } = rope as Record<string, Json>
  const kind = rope_type ?? type ?? 'default'
  if (kind !== 'default') throw wrong('rope_parameters.rope_type', '"default"', kind)
  return typeof rope_theta === 'number' ? rope_theta : fallback
}
