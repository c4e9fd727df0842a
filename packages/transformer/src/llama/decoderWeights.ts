import type { DecoderWeights, tf } from '@sluice/compute'
import type { Parameter } from '../pass.ts'
import type { RotaryTables } from './block.ts'
import type { LlamaConfig } from './config.ts'

/** What generating needs of a Llama. */
export interface LlamaParts {
  readonly config: LlamaConfig
  readonly parameter: Parameter
  readonly head: tf.Tensor2D
  readonly tables: RotaryTables
}

/** The parameters of a Llama as the decoder operation takes them. */
export function llamaDecoderWeights({ config, parameter, head, tables }: LlamaParts): DecoderWeights {
  const norm = (name: string) => ({ gamma: parameter<tf.Tensor1D>(`${name}.weight`), beta: null })
  const linear = (name: string) => ({ w: parameter<tf.Tensor2D>(`${name}.weight`), b: null })
  return {
    family: 'llama',
    tokens: parameter<tf.Tensor2D>('model.embed_tokens.weight'),
    positions: null,
    rotary: tables,
    blocks: Array.from({ length: config.layers }, (_, layer) => {
      const l = `model.layers.${layer}`
      return {
        attentionNorm: norm(`${l}.input_layernorm`),
        qkv: linear(`${l}.self_attn.qkv_proj`),
        attentionOutput: linear(`${l}.self_attn.o_proj`),
        feedForwardNorm: norm(`${l}.post_attention_layernorm`),
        feedForward: linear(`${l}.mlp.gate_up_proj`),
        feedForwardOutput: linear(`${l}.mlp.down_proj`),
      }
    }),
    norm: norm('model.norm'),
    head,
  }
}
