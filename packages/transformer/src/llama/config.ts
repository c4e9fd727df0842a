import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'
import { checkRate, checkWhole, presetName } from '../config-checks.ts'
import { unevenHeads } from '../heads.ts'
import { llamaPresets, unsettled, withPreset } from '../presets.ts'

/** The shape of a Llama (Touvron et al. 2023), whole: every member stated. */
export interface LlamaConfig {
  readonly vocabSize: number
  /** Longest context, tokens. */
  readonly blockSize: number
  readonly layers: number
  /** Channels of the residual stream. */
  readonly width: number
  /** Of queries. */
  readonly heads: number
  /** Heads of keys and of values: each is shared by heads / keyHeads queries (grouped-query attention). */
  readonly keyHeads: number
  /** Channels within a feed-forward. */
  readonly inner: number
  /** `rotary`: queries and keys are turned by their position; `none`: the order is known from the causal mask alone. */
  readonly positions: 'rotary' | 'none'
  /** Base of the rotary frequencies. */
  readonly theta: number
  /** Share of the attention probabilities, and of what each half of a block adds, that training drops. */
  readonly dropout: number
  /** Whether the output projection is the token table. */
  readonly tieHead: boolean
  /** Added to the mean square in norms. */
  readonly epsilon: number
  /** Standard deviation of the initial weights. */
  readonly initializerRange: number
}

/** `LlamaConfig` as a caller writes it: shape given, the rest with Llama's values. */
export interface LlamaOptions {
  vocabSize: number
  blockSize: number
  layers: number
  width: number
  heads: number
  /** Default: heads. */
  keyHeads?: number | undefined
  /** Default: 8/3 of the width, up to a multiple of 32, which gives as many weights as 4 * width without a gate. */
  inner?: number | undefined
  /** Default: rotary. */
  positions?: 'rotary' | 'none' | undefined
  /** Default: 10000. */
  theta?: number | undefined
  /** Default: 0; the published models have none. */
  dropout?: number | undefined
  /** Default: false. */
  tieHead?: boolean | undefined
  /** Default: 1e-5. */
  epsilon?: number | undefined
  /** Default: 0.02. */
  initializerRange?: number | undefined
}

/** The `model` section of a config; vocabulary and context come from the tokenizer and the `data` section. */
export const llamaSchema = z
  .strictObject({
    preset: presetName(llamaPresets),
    layers: z.int().min(1).optional().describe('Transformer blocks'),
    width: z.int().min(1).optional().describe('channels of the residual stream; a multiple of heads'),
    heads: z.int().min(1).optional().describe('attention heads, of queries'),
    keyHeads: z.int().min(1).optional().describe('heads of keys and values, shared by the queries; heads unless given'),
    inner: z.int().min(1).optional().describe('channels within a feed-forward; about 8/3 of width unless given'),
    positions: z.enum(['rotary', 'none']).default('rotary').describe('how positions are told'),
    theta: z.number().positive().optional().describe('base of the rotary frequencies; 10000 unless given'),
    dropout: z.number().min(0).lt(1).default(0).describe('share of elements dropped while training'),
    tieHead: z.boolean().optional().describe('whether the output projection is the token table; default: not'),
    epsilon: z.number().positive().default(1e-5).describe('added to the mean square in norms'),
    initializerRange: z.number().positive().default(0.02).describe('standard deviation of the initial weights'),
  })
  .superRefine((section, context) => {
    const wrong = unsettled(section) ?? headsThatCannotBe(withPreset(section, llamaPresets))
    if (wrong) context.addIssue({ code: 'custom', path: [wrong.key], message: wrong.message })
  })

/**
 * Fills in the defaults and checks the shape.
 *
 * @throws ConfigError naming the member that cannot be
 */
export function llamaConfig(options: LlamaOptions): LlamaConfig {
  const { vocabSize, blockSize, layers, width, heads } = options
  const { keyHeads = heads, inner = Math.ceil((8 * width) / 3 / 32) * 32, positions = 'rotary' } = options
  const { theta = 10_000, dropout = 0, tieHead = false, epsilon = 1e-5, initializerRange = 0.02 } = options
  checkWhole({ vocabSize, blockSize, layers, width, heads, keyHeads, inner })
  const wrong = headsThatCannotBe({ width, heads, keyHeads, positions })
  if (wrong) throw new ConfigError(wrong.message, { place: `model.${wrong.key}` })
  checkRate('dropout', dropout)
  return {
    vocabSize,
    blockSize,
    layers,
    width,
    heads,
    keyHeads,
    inner,
    positions,
    theta,
    dropout,
    tieHead,
    epsilon,
    initializerRange,
  }
}

function headsThatCannotBe(
  shape: Pick<LlamaConfig, 'width' | 'heads' | 'positions'> & { keyHeads?: number | undefined },
) {
  const { width, heads, keyHeads = heads, positions } = shape
  if (width % heads !== 0) return { key: 'heads', message: unevenHeads(width, heads) }
  if (heads % keyHeads !== 0) {
    return { key: 'keyHeads', message: `keyHeads must divide heads: ${heads} / ${keyHeads} is not whole` }
  }
  if (positions === 'rotary' && (width / heads) % 2 !== 0) {
    return { key: 'heads', message: `rotary positions turn pairs of channels, but a head has ${width / heads}` }
  }
  return undefined
}
