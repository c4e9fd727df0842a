import { type DecoderWeights, tf } from '@sluice/compute'
import { constantPositions } from '@sluice/embed'
import type { Gpt2Model } from './gpt2.ts'

/**
 * The parameters of a GPT-2 as the decoder operation takes them. `dispose` frees the table of positions that are not learned,
 * the only tensor that is made here.
 */
export function decoderWeights({ config, parameters }: Pick<Gpt2Model, 'config' | 'parameters'>): {
  weights: DecoderWeights
  dispose(): void
} {
  const get = <T extends tf.Tensor>(name: string) => parameters.get(name) as tf.Tensor as T
  const norm = (name: string) => ({
    gamma: get<tf.Tensor1D>(`${name}.weight`),
    beta: get<tf.Tensor1D>(`${name}.bias`),
  })
  const linear = (name: string) => ({ w: get<tf.Tensor2D>(`${name}.weight`), b: get<tf.Tensor1D>(`${name}.bias`) })
  const tokens = get<tf.Tensor2D>('transformer.wte.weight')
  const sinusoidal =
    config.positions === 'sinusoidal'
      ? tf.keep(tf.tensor2d(constantPositions('sinusoidal', config), [config.blockSize, config.width]))
      : null
  const weights = {
    tokens,
    positions: config.positions === 'learned' ? get<tf.Tensor2D>('transformer.wpe.weight') : sinusoidal,
    blocks: Array.from({ length: config.layers }, (_, layer) => {
      const h = `transformer.h.${layer}`
      return {
        attentionNorm: norm(`${h}.ln_1`),
        qkv: linear(`${h}.attn.c_attn`),
        attentionOutput: linear(`${h}.attn.c_proj`),
        feedForwardNorm: norm(`${h}.ln_2`),
        feedForward: linear(`${h}.mlp.c_fc`),
        feedForwardOutput: linear(`${h}.mlp.c_proj`),
      }
    }),
    norm: norm('transformer.ln_f'),
    head: config.tieHead ? tokens : get<tf.Tensor2D>('lm_head.weight'),
  }
  return { weights, dispose: () => sinusoidal?.dispose() }
}
