import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'
import { checkRate, checkWhole, presetName } from '../config-checks.ts'
import { unevenHeads } from '../heads.ts'
import { bertPresets, unsettled, withPreset } from '../presets.ts'

/** The shape of a BERT (Devlin et al. 2019), whole: every member stated. */
export interface BertConfig {
  readonly vocabSize: number
  /** Longest text, tokens. */
  readonly blockSize: number
  readonly layers: number
  /** Channels of the stream. */
  readonly width: number
  readonly heads: number
  /** Channels within a feed-forward. */
  readonly inner: number
  /** `none`: the model does not know the order of its tokens at all. */
  readonly positions: 'learned' | 'none'
  /** Share of elements dropped while training: after the embeddings, on attention, on what each half of a block adds. */
  readonly dropout: number
  /** Kinds of texts that tokens can belong to: a first and a second. */
  readonly tokenTypes: number
  /** Added to the variance in layer norms. */
  readonly epsilon: number
  /** Standard deviation of the initial weights. */
  readonly initializerRange: number
}

/** `BertConfig` as a caller writes it: shape given, the rest with BERT's values. */
export interface BertOptions {
  vocabSize: number
  blockSize: number
  layers: number
  width: number
  heads: number
  /** Default: 4 * width. */
  inner?: number | undefined
  /** Default: learned. */
  positions?: 'learned' | 'none' | undefined
  /** Default: 0; as published 0.1. */
  dropout?: number | undefined
  /** Default: 2. */
  tokenTypes?: number | undefined
  /** Default: 1e-12. */
  epsilon?: number | undefined
  /** Default: 0.02. */
  initializerRange?: number | undefined
}

/** The `model` section of a config; vocabulary and context come from the tokenizer and the `data` section. */
export const bertSchema = z
  .strictObject({
    preset: presetName(bertPresets),
    layers: z.int().min(1).optional().describe('Transformer blocks'),
    width: z.int().min(1).optional().describe('channels of the stream; a multiple of heads'),
    heads: z.int().min(1).optional().describe('attention heads'),
    inner: z.int().min(1).optional().describe('channels within a feed-forward; 4 * width unless given'),
    positions: z.enum(['learned', 'none']).default('learned').describe('how positions are told'),
    dropout: z.number().min(0).lt(1).default(0).describe('share of elements dropped while training'),
    tokenTypes: z.int().min(1).default(2).describe('kinds of texts that tokens can belong to'),
    epsilon: z.number().positive().default(1e-12).describe('added to the variance in layer norms'),
    initializerRange: z.number().positive().default(0.02).describe('standard deviation of the initial weights'),
  })
  .superRefine((section, context) => {
    const wrong = unsettled(section)
    if (wrong) return context.addIssue({ code: 'custom', path: [wrong.key], message: wrong.message })
    const { width, heads } = withPreset(section, bertPresets)
    if (width % heads !== 0) context.addIssue({ code: 'custom', path: ['heads'], message: unevenHeads(width, heads) })
  })

/**
 * Fills in the defaults and checks the shape.
 *
 * @throws ConfigError naming the member that cannot be
 */
export function bertConfig(options: BertOptions): BertConfig {
  const { vocabSize, blockSize, layers, width, heads } = options
  const { inner = 4 * width, positions = 'learned', dropout = 0, tokenTypes = 2 } = options
  const { epsilon = 1e-12, initializerRange = 0.02 } = options
  checkWhole({ vocabSize, blockSize, layers, width, heads, inner, tokenTypes })
  if (width % heads !== 0) throw new ConfigError(unevenHeads(width, heads), { place: 'model.heads' })
  checkRate('dropout', dropout)
  return {
    vocabSize,
    blockSize,
    layers,
    width,
    heads,
    inner,
    positions,
    dropout,
    tokenTypes,
    epsilon,
    initializerRange,
  }
}
