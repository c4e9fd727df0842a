import { type Gpt2Config, type Gpt2Options, gpt2Config } from './config.ts'
import { type ParameterGroup, parameterGroup, parameterGroups } from './groups.ts'
import { parameterSpecs } from './parameters.ts'

export interface ParameterCount {
  readonly total: number
  readonly groups: Readonly<Record<ParameterGroup, number>>
}

/** Trained numbers, a tied head counted once. Allocates nothing. */
export function countParameters(config: Gpt2Options | Gpt2Config): ParameterCount {
  const groups = Object.fromEntries(parameterGroups.map(group => [group, 0])) as Record<ParameterGroup, number>
  let total = 0
  for (const [name, { shape }] of parameterSpecs(gpt2Config(config))) {
    const size = shape.reduce((product, length) => product * length, 1)
    groups[parameterGroup(name)] += size
    total += size
  }
  return { total, groups }
}

/**
 * Floating-point operations of one training token, forward and backward, at context length `time` (default: blockSize):
 *
 *     6 * P + 12 * layers * width * time
 *
 * P being the weights that a token is multiplied with: projections and the output projection, without the tables it is only
 * looked up in, and without biases and norms. 2 P forward and 4 P backward; attention's two products of `time` by `width`
 * take 4 * time * width a layer forward and twice that backward, with no credit for the causal half. This is the count of
 * PaLM (Chowdhery et al. 2022, appendix B), also used for model FLOPs utilization.
 */
export function flopsPerToken(config: Gpt2Options | Gpt2Config, time?: number): number {
  const { vocabSize, blockSize, layers, width, inner } = gpt2Config(config)
  const multiplied = layers * (4 * width * width + 2 * width * inner) + vocabSize * width
  return 6 * multiplied + 12 * layers * width * (time ?? blockSize)
}
