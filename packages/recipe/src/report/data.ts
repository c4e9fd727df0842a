import type { Json, MemoryUse, Outcome, RefinedCounts, StageCounters } from '@sluice/pipeline'
import type { Inside } from '../inside/inside.ts'

/** One training step: the values of its `metric` event. */
export type MetricPoint = Readonly<Record<string, number>> & { readonly step: number }

/** One evaluation on the held-out text: nats per token and what follows from it. */
export interface EvaluationPoint {
  readonly step: number
  readonly loss: number
  readonly perplexity: number
  /** Not where only some of the tokens are foretold. */
  readonly bits_per_byte?: number
  /** Nats per token of each source's text, where there are several. */
  readonly sources?: Readonly<Record<string, number>>
}

/** Losses of simple models on the same held-out text, nats per token. */
export interface Baselines {
  readonly uniform: number
  readonly unigram: number
  readonly bigram: number
}

export interface SamplePoint {
  readonly step: number
  readonly prompt: string
  readonly text: string
}

/** What training did to one group of weights. */
export interface GroupChange {
  /** `embeddings`, `positions`, `attention`, `feed-forward`, `norms`, or any other name. */
  readonly group: string
  /** Trained numbers. */
  readonly parameters: number
  /** L2 norm of the group's gradient in the last step, where it is known. */
  readonly gradNorm?: number
  /** L2 norm of (weights now - weights at the start). */
  readonly distance: number
  /** `distance` over the L2 norm of the weights at the start; absent where that is zero. */
  readonly relative?: number
}

/** What one source gave to training: what came out of refining and was not held out. */
export interface SourcePoint {
  /** Its id. */
  readonly source: string
  /** The share that its weight asks for, 0 to 1; absent where there is no mix. */
  readonly asked?: number
  readonly documents: number
  /** Of text, and the tokens that stand for them. */
  readonly bytes: number
  readonly tokens: number
}

/** What a refining stage did with the documents of each source. */
export interface RefinedPoint {
  readonly stage: string
  readonly sources: Readonly<Record<string, RefinedCounts>>
}

/** How a run went, in figures. */
export interface ReportSummary {
  readonly outcome: Outcome
  /** Trained numbers of the model. */
  readonly parameters: number
  /** Steps trained, and how many were asked for. */
  readonly step: number
  readonly steps: number
  /** Tokens trained on, seconds that took, and their quotient. */
  readonly tokens: number
  readonly seconds: number
  readonly tokensPerSecond: number
  /** Most memory the process held, bytes. */
  readonly peakMemory: number
  /** What the last evaluation means, in a sentence. */
  readonly learned?: string
  readonly notes?: readonly string[]
}

/** Everything a report shows: plain data, so that it can be kept, compared and shown elsewhere. */
export interface ReportData {
  readonly name: string
  /** What computed, in words. */
  readonly backend: string
  /** Name to version of what the run was made with. */
  readonly versions: Readonly<Record<string, string>>
  /** The resolved config. */
  readonly config: Json
  readonly summary: ReportSummary
  readonly metrics: readonly MetricPoint[]
  readonly evaluations: readonly EvaluationPoint[]
  readonly baselines?: Baselines
  readonly samples: readonly SamplePoint[]
  readonly stages: readonly StageCounters[]
  /** What the run held at its end and at the most. Default: nothing is known of it. */
  readonly memory?: MemoryUse
  /** Which part of the run the others waited for, in words. */
  readonly verdict?: string
  /** In the order in which they first gave something. Default: nothing is known of them. */
  readonly sources?: readonly SourcePoint[]
  /** In the order of the stages. Default: none refined. */
  readonly refined?: readonly RefinedPoint[]
  readonly changes: readonly GroupChange[]
  /** Still pictures of a look inside. Default: none was taken. */
  readonly inside?: Inside
}
