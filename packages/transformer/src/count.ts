import { type ParameterGroup, parameterGroup, parameterGroups } from './groups.ts'
import { sizeOf } from './parameters.ts'
import type { ModelShape } from './shape.ts'

export interface ParameterCount {
  readonly total: number
  readonly groups: Readonly<Record<ParameterGroup, number>>
}

/** Trained numbers, a tied head counted once. @param parameters by name: a shape's, or those of a model */
export function countParameters(
  parameters: Iterable<readonly [string, { readonly shape: readonly number[] }]>,
): ParameterCount {
  const groups = Object.fromEntries(parameterGroups.map(group => [group, 0])) as Record<ParameterGroup, number>
  let total = 0
  for (const [name, { shape }] of parameters) {
    const size = sizeOf(shape)
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
 * PaLM (Chowdhery et al. 2022, appendix B), also used for model FLOPs utilization. For BERT it is a bound: only the tokens to
 * be predicted are multiplied with the output projection.
 */
export function flopsPerToken({ parameters, vocabSize, blockSize, layers, width }: ModelShape, time?: number): number {
  let multiplied = vocabSize * width
  for (const [name, { shape }] of parameters) {
    const group = parameterGroup(name)
    if (shape.length === 2 && (group === 'attention' || group === 'feed-forward')) multiplied += sizeOf(shape)
  }
  return 6 * multiplied + 12 * layers * width * (time ?? blockSize)
}
