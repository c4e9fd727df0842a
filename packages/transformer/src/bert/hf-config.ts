import type { Json } from '@sluice/pipeline'
import { readMembers } from '../hf/members.ts'
import type { SpecialTokenIds } from '../model.ts'
import type { BertConfig, BertOptions } from './config.ts'

/**
 * `config.json` as Hugging Face's BertConfig reads it. What it cannot express, that positions are not told, is the member
 * `sluice`, for us.
 */
export function bertHfConfig(config: BertConfig, tokens: SpecialTokenIds = {}): Json {
  return {
    architectures: ['BertForMaskedLM'],
    model_type: 'bert',
    vocab_size: config.vocabSize,
    max_position_embeddings: config.blockSize,
    hidden_size: config.width,
    intermediate_size: config.inner,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    type_vocab_size: config.tokenTypes,
    hidden_act: 'gelu',
    position_embedding_type: 'absolute',
    layer_norm_eps: config.epsilon,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.dropout,
    initializer_range: config.initializerRange,
    tie_word_embeddings: true,
    pad_token_id: tokens.padTokenId ?? null,
    torch_dtype: 'float32',
    ...(config.positions === 'learned' ? {} : { sluice: { positions: config.positions } }),
  }
}

const fixed = { hidden_act: 'gelu', position_embedding_type: 'absolute', is_decoder: false, tie_word_embeddings: true }

/**
 * The shape of a model from its Hugging Face `config.json`; members that are absent have BertConfig's defaults.
 *
 * @throws DataError naming the member when it is no BERT, or one with parts that ours has not
 */
export function bertConfigFromHf(json: Json): BertOptions {
  const members = readMembers(json, 'bert', fixed)
  const { number } = members
  const own = (members.get('sluice') ?? {}) as { positions?: 'learned' | 'none' }
  return {
    vocabSize: number('vocab_size', 30_522),
    blockSize: number('max_position_embeddings', 512),
    layers: number('num_hidden_layers', 12),
    width: number('hidden_size', 768),
    heads: number('num_attention_heads', 12),
    inner: number('intermediate_size', 3072),
    positions: own.positions,
    dropout: number('hidden_dropout_prob', 0.1),
    tokenTypes: number('type_vocab_size', 2),
    epsilon: number('layer_norm_eps', 1e-12),
    initializerRange: number('initializer_range', 0.02),
  }
}
