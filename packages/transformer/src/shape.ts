import type { ParameterSpecs } from './parameters.ts'

export const modelFamilies = ['gpt2', 'llama', 'bert'] as const
export type ModelFamily = (typeof modelFamilies)[number]

/** What can be told of a model without allocating any of it. */
export interface ModelShape {
  readonly family: ModelFamily
  readonly vocabSize: number
  /** Longest context, tokens. */
  readonly blockSize: number
  readonly layers: number
  /** Channels of the residual stream. */
  readonly width: number
  readonly heads: number
  /** Channels within a feed-forward. */
  readonly inner: number
  readonly parameters: ParameterSpecs
}
