import { type PositionKind, positionKinds } from '@sluice/embed'
import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'
import { checkRate, checkWhole, presetName } from '../config-checks.ts'
import { unevenHeads } from '../heads.ts'
import { gpt2Presets, unsettled, withPreset } from '../presets.ts'

/** Share of elements dropped while training, by place. */
export interface DropoutRates {
  /** After the sum of token and position embedding. */
  readonly embedding: number
  /** On the attention probabilities. */
  readonly attention: number
  /** On what each attention and feed-forward adds to the residual stream. */
  readonly residual: number
}

/** The shape of a GPT-2 (Radford et al. 2019), whole: every member stated. */
export interface Gpt2Config {
  readonly vocabSize: number
  /** Longest context, tokens. */
  readonly blockSize: number
  readonly layers: number
  /** Channels of the residual stream. */
  readonly width: number
  readonly heads: number
  /** Channels within a feed-forward. */
  readonly inner: number
  readonly dropout: DropoutRates
  readonly positions: PositionKind
  /** Whether the output projection is the token table. */
  readonly tieHead: boolean
  /** Added to the variance in layer norms. */
  readonly epsilon: number
  /** Standard deviation of the initial weights. */
  readonly initializerRange: number
}

/** `Gpt2Config` as a caller writes it: shape given, the rest with GPT-2's values. */
export interface Gpt2Options {
  vocabSize: number
  blockSize: number
  layers: number
  width: number
  heads: number
  /** Default: 4 * width. */
  inner?: number | undefined
  /** One rate for all places, or one for each. Default: 0. */
  dropout?: number | DropoutRates | undefined
  /** Default: learned. */
  positions?: PositionKind | undefined
  /** Default: true. */
  tieHead?: boolean | undefined
  /** Default: 1e-5. */
  epsilon?: number | undefined
  /** Default: 0.02. */
  initializerRange?: number | undefined
}

const rate = z.number().min(0).lt(1)

/** The `model` section of a config; vocabulary and context come from the tokenizer and the `data` section. */
export const gpt2Schema = z
  .strictObject({
    preset: presetName(gpt2Presets),
    layers: z.int().min(1).optional().describe('Transformer blocks'),
    width: z.int().min(1).optional().describe('channels of the residual stream; a multiple of heads'),
    heads: z.int().min(1).optional().describe('attention heads'),
    inner: z.int().min(1).optional().describe('channels within a feed-forward; 4 * width unless given'),
    dropout: z
      .union([
        rate,
        z.strictObject({
          embedding: rate.describe('after the sum of token and position embedding'),
          attention: rate.describe('on the attention probabilities'),
          residual: rate.describe('on what attention and feed-forward add'),
        }),
      ])
      .default(0)
      .describe('share of elements dropped while training'),
    positions: z.enum(positionKinds).default('learned').describe('how positions are told'),
    tieHead: z.boolean().default(true).describe('whether the output projection is the token table'),
    epsilon: z.number().positive().default(1e-5).describe('added to the variance in layer norms'),
    initializerRange: z.number().positive().default(0.02).describe('standard deviation of the initial weights'),
  })
  .superRefine((section, context) => {
    const wrong = unsettled(section)
    if (wrong) return context.addIssue({ code: 'custom', path: [wrong.key], message: wrong.message })
    const { width, heads } = withPreset(section, gpt2Presets)
    if (width % heads !== 0) context.addIssue({ code: 'custom', path: ['heads'], message: unevenHeads(width, heads) })
  })

/**
 * Fills in the defaults and checks the shape.
 *
 * @throws ConfigError naming the member that cannot be
 */
export function gpt2Config(options: Gpt2Options): Gpt2Config {
  const { vocabSize, blockSize, layers, width, heads } = options
  const { inner = 4 * width, dropout = 0, positions = 'learned', tieHead = true } = options
  const { epsilon = 1e-5, initializerRange = 0.02 } = options
  checkWhole({ vocabSize, blockSize, layers, width, heads, inner })
  if (width % heads !== 0) throw new ConfigError(unevenHeads(width, heads), { place: 'model.heads' })
  const rates =
    typeof dropout === 'number' ? { embedding: dropout, attention: dropout, residual: dropout } : { ...dropout }
  for (const [place, value] of Object.entries(rates)) checkRate(`dropout.${place}`, value)
  return {
    vocabSize,
    blockSize,
    layers,
    width,
    heads,
    inner,
    dropout: rates,
    positions,
    tieHead,
    epsilon,
    initializerRange,
  }
}
