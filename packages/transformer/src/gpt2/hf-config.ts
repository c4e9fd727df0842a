import type { Json } from '@sluice/pipeline'
import type { SpecialTokenIds } from '../model.ts'
import type { Gpt2Config } from './config.ts'

/**
 * `config.json` as Hugging Face's GPT2Config reads it.
 *
 * What it cannot express: that positions are not learned. GPT2LMHeadModel always adds a table `wpe` and trains it. So such
 * a model's weights are written with the constant table in its place (equal logits there), and the member `sluice` says what
 * it is, for us; further training elsewhere would change the table.
 */
export function gpt2HfConfig(config: Gpt2Config, tokens: SpecialTokenIds = {}): Json {
  const { vocabSize, blockSize, layers, width, heads, inner, dropout, positions, tieHead } = config
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: vocabSize,
    n_positions: blockSize,
    n_embd: width,
    n_layer: layers,
    n_head: heads,
    n_inner: inner === 4 * width ? null : inner,
    activation_function: 'gelu_new',
    embd_pdrop: dropout.embedding,
    attn_pdrop: dropout.attention,
    resid_pdrop: dropout.residual,
    layer_norm_epsilon: config.epsilon,
    initializer_range: config.initializerRange,
    tie_word_embeddings: tieHead,
    bos_token_id: tokens.bosTokenId ?? null,
    eos_token_id: tokens.eosTokenId ?? null,
    torch_dtype: 'float32',
    ...(positions === 'learned' ? {} : { sluice: { positions } }),
  }
}
