import type { Outcome } from '@sluice/pipeline'
import { type Losses, whatWasLearned } from './learned.ts'
import type { Tally } from './tally.ts'

/** A group of weights, and what training did to it. */
export interface ChangedGroup {
  readonly group: string
  readonly parameters: number
  /** Norm of the group's gradient in the last step. */
  readonly gradientNorm?: number
  /** How far the group is from where it started, relative to its norm there. */
  readonly distance: number
}

/** What a run came to. */
export interface RunSummary {
  readonly outcome: Exclude<Outcome, 'failed'>
  readonly name: string
  /** The run's folder. */
  readonly path: string
  readonly backend: string
  readonly parameters: number
  /** Steps the model has been trained for, earlier sessions included; and how many were asked for. */
  readonly step: number
  readonly steps: number
  /** Tokens this session trained on, the seconds its training steps took, and their quotient. */
  readonly tokens: number
  readonly seconds: number
  readonly tokensPerSecond: number
  /** Most memory the process held, bytes. */
  readonly peakMemory: number
  /** Mean of the last ten steps, nats per token. */
  readonly loss?: number
  /** The last evaluation, beside what simple models reach on the same text. */
  readonly evaluation?: Losses & { readonly perplexity: number; readonly bitsPerByte: number }
  /** What the evaluation means, in a sentence. */
  readonly learned?: string
  readonly sample?: { readonly step: number; readonly prompt: string; readonly text: string }
  readonly changed: readonly ChangedGroup[]
  /** Path of the report. */
  readonly report?: string
  readonly notes: readonly string[]
}

/** Of a run that was stopped before it began. */
export function nothingDone({ name, path, steps }: Pick<RunSummary, 'name' | 'path' | 'steps'>): RunSummary {
  const figures = { ...summarizeTally({ step: 0, tokens: 0, seconds: 0, notes: [] }), changed: [] }
  return { outcome: 'stopped', name, path, backend: 'not chosen', parameters: 0, steps, ...figures }
}

/** The part of a summary that the events of a run tell. */
export function summarizeTally(tally: Tally) {
  const { step, tokens, seconds, loss, evaluation, sample, notes } = tally
  return {
    step,
    tokens,
    seconds,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    peakMemory: process.resourceUsage().maxRSS * 1024,
    notes,
    ...(loss === undefined ? {} : { loss }),
    ...(sample === undefined ? {} : { sample }),
    ...(evaluation === undefined ? {} : evaluationOf(evaluation)),
  }
}

function evaluationOf(values: Readonly<Record<string, number>>) {
  const { loss = 0, uniform = 0, unigram = 0, bigram = 0, perplexity = 0, bits_per_byte: bitsPerByte = 0 } = values
  const losses = { loss, uniform, unigram, bigram }
  return { evaluation: { ...losses, perplexity, bitsPerByte }, learned: whatWasLearned(losses) }
}
