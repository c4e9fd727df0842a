import { type PositionKind, positionKinds } from '@sluice/embed'
import { DataError, type Json } from '@sluice/pipeline'
import type { Gpt2Options } from '../config.ts'

type Members = { readonly [key: string]: Json | undefined }

/** Members whose other values would be another architecture than ours, and the value they must have where present. */
const fixed: Members = {
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
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw wrong('', 'an object', json)
  const members = json as Members
  if (members.model_type !== 'gpt2') throw wrong('model_type', '"gpt2"', members.model_type)
  const activation = members.activation_function ?? 'gelu_new'
  if (activation !== 'gelu_new' && activation !== 'gelu_pytorch_tanh') {
    throw wrong('activation_function', '"gelu_new"', activation)
  }
  for (const [key, value] of Object.entries(fixed)) {
    if ((members[key] ?? value) !== value) throw wrong(key, `${value}`, members[key])
  }
  const number = (key: string, fallback: number, spare?: string): number => {
    const value = members[key] ?? (spare === undefined ? undefined : members[spare]) ?? fallback
    if (typeof value !== 'number') throw wrong(key, 'a number', value)
    return value
  }
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
    positions: positionsOf(members.sluice),
    tieHead: members.tie_word_embeddings !== false,
    epsilon: number('layer_norm_epsilon', 1e-5),
    initializerRange: number('initializer_range', 0.02),
  }
}

function positionsOf(own: Json | undefined): PositionKind {
  if (own === undefined) return 'learned'
  const { positions } = (own ?? {}) as Members
  if (!positionKinds.includes(positions as PositionKind)) {
    throw wrong('sluice.positions', positionKinds.map(kind => `"${kind}"`).join(' or '), positions)
  }
  return positions as PositionKind
}

function wrong(place: string, expected: string, found: Json | undefined): DataError {
  const where = place ? { place } : {}
  return new DataError(`expected ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`, {
    file: 'config.json',
    ...where,
  })
}
