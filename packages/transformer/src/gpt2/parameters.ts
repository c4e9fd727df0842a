import type { NamedTensor } from '@sluice/pipeline'
import { initialValues, type ParameterSpec } from '../parameters.ts'
import type { ModelShape } from '../shape.ts'
import { type Gpt2Config, type Gpt2Options, gpt2Config } from './config.ts'

/**
 * Every parameter of the model under its name in Hugging Face's GPT2LMHeadModel, in that model's order. Projections are
 * [in, out] as there (its Conv1D), so nothing is ever transposed. A tied head has no entry; positions only where learned.
 *
 * Initialisation is GPT-2's (Radford et al. 2019, section 2.3, and the published code): normal(0, 0.02), projections onto
 * the residual stream scaled by 1 / sqrt(2 * layers) since so many are added up, biases 0, layer norms 1 and 0.
 */
export function gpt2Parameters(config: Gpt2Config): Map<string, ParameterSpec> {
  const { vocabSize: V, blockSize: T, width: C, inner, layers, initializerRange: std } = config
  const normal = (...shape: number[]): ParameterSpec => ({ shape, init: { std } })
  const residual = (...shape: number[]): ParameterSpec => ({ shape, init: { std: std / Math.sqrt(2 * layers) } })
  const constant = (value: number, size: number): ParameterSpec => ({ shape: [size], init: { value } })
  const specs = new Map<string, ParameterSpec>()
  const norm = (name: string) => specs.set(`${name}.weight`, constant(1, C)).set(`${name}.bias`, constant(0, C))
  const projection = (name: string, weight: ParameterSpec) =>
    specs.set(`${name}.weight`, weight).set(`${name}.bias`, constant(0, weight.shape[1]!))

  specs.set('transformer.wte.weight', normal(V, C))
  if (config.positions === 'learned') specs.set('transformer.wpe.weight', normal(T, C))
  for (let layer = 0; layer < layers; layer++) {
    const h = `transformer.h.${layer}`
    norm(`${h}.ln_1`)
    projection(`${h}.attn.c_attn`, normal(C, 3 * C))
    projection(`${h}.attn.c_proj`, residual(C, C))
    norm(`${h}.ln_2`)
    projection(`${h}.mlp.c_fc`, normal(C, inner))
    projection(`${h}.mlp.c_proj`, residual(inner, C))
  }
  norm('transformer.ln_f')
  if (!config.tieHead) specs.set('lm_head.weight', normal(V, C))
  return specs
}

/** What a GPT-2 of this config is, without allocating any of it. */
export function gpt2Shape(options: Gpt2Options | Gpt2Config): ModelShape {
  const config = gpt2Config(options)
  return { family: 'gpt2', ...config, parameters: gpt2Parameters(config) }
}

/** The weights that a GPT-2 starts from: see `initialValues`. */
export function initialWeights(config: Gpt2Options | Gpt2Config, seed: number): Map<string, NamedTensor> {
  return initialValues(gpt2Parameters(gpt2Config(config)), seed)
}
