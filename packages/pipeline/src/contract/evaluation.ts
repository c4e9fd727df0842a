import type { RecordBatch } from 'apache-arrow'
import type { Blocks } from '../schemas/blocks.ts'

/** The held-out documents, tokenized and packed once, and what simple models of the training part reach on them. */
export interface EvaluationSet {
  readonly blocks: readonly RecordBatch<Blocks>[]
  /** Targets in `blocks`. */
  readonly tokens: number
  /** Bytes of UTF-8 text that the targets stand for. */
  readonly bytes: number
  /** Mean loss on the same targets, nats per token. */
  readonly baselines: {
    /** log(vocabulary size): what knowing nothing reaches. */
    readonly uniform: number
    /** Add-one smoothed counts of the training part: what knowing how often tokens come reaches. */
    readonly unigram: number
    /** Bigram counts of the training part, interpolated with the unigram: what knowing the token before reaches. */
    readonly bigram: number
  }
}
