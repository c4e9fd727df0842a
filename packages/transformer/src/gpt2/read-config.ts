import { type PositionKind, positionKinds } from '@sluice/embed'
import type { Json } from '@sluice/pipeline'
import { readMembers, wrong } from '../hf/members.ts'
import type { Gpt2Options } from './config.ts'

/** Members whose other values would be another architecture than ours, and the value they must have where present. */
const fixed = {
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  add_cross_attention: false,
}

/**
 * The shape of a model from its Hugging Face `config.json`; members that are absent have GPT2Config's defaults.
 *
 * @throws DataError naming the member when it is no GPT-2, or one with parts that ours has not
 */
export function gpt2ConfigFromHf(json: Json): Gpt2Options {
  const members = readMembers(json, 'gpt2', fixed)
  const activation = members.get('activation_function') ?? 'gelu_new'
  if (activation !== 'gelu_new' && activation !== 'gelu_pytorch_tanh') {
    throw wrong('activation_function', '"gelu_new"', activation)
  }
  const { number } = members
  const width = number('n_embd', 768)
  return {
    vocabSize: number('vocab_size', 50257),
    blockSize: number('n_positions', 1024, 'n_ctx'),
    layers: number('n_layer', 12),
    width,
    heads: number('n_head', 12),
    inner: number('n_inner', 4 * width),
    dropout: {
      embedding: number('embd_pdrop', 0.1),
      attention: number('attn_pdrop', 0.1),
      residual: number('resid_pdrop', 0.1),
    },
    positions: positionsOf(members.get('sluice')),
    tieHead: members.get('tie_word_embeddings') !== false,
    epsilon: number('layer_norm_epsilon', 1e-5),
    initializerRange: number('initializer_range', 0.02),
  }
}

function positionsOf(own: Json | undefined): PositionKind {
  if (own === undefined) return 'learned'
  const { positions } = (own ?? {}) as { positions?: Json }
  if (!positionKinds.includes(positions as PositionKind)) {
    throw wrong('sluice.positions', positionKinds.map(kind => `"${kind}"`).join(' or '), positions)
  }
  return positions as PositionKind
}
