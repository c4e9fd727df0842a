// What server and page say to each other. Types only: the page imports them, and nothing else of the server.
import type { Json, MixShare, RefinedCounts, StageCounters } from '@sluice/pipeline'
import type { Live } from '@sluice/recipe'

/**
 * - `waiting`: the folder is not there yet
 * - `preparing`, `training`: its process is alive
 * - `finished`, `stopped`, `failed`: how it ended
 * - `interrupted`: its process is gone and said nothing
 * - `unreadable`: the folder is no run's, or was taken away; `problem` says what is wrong
 */
export type RunState =
  | 'waiting'
  | 'preparing'
  | 'training'
  | 'finished'
  | 'stopped'
  | 'failed'
  | 'interrupted'
  | 'unreadable'

export interface Problem {
  readonly message: string
  readonly advice?: string
}

export interface Evaluation {
  readonly step: number
  readonly loss: number
  readonly perplexity?: number
  readonly bits_per_byte?: number
  /** Nats a token of each source's text, where there are several. */
  readonly sources?: Readonly<Record<string, number>>
}

export interface Sample {
  readonly step: number
  readonly prompt: string
  readonly text: string
}

/** All that is shown of a run but its curves. Every member is sent again as a whole when it has changed. */
export interface RunView {
  readonly name: string
  readonly state: RunState
  readonly problem?: Problem
  /** Of the run's resolved config; null until there is one. */
  readonly config: Json
  /** What is trained on what, in a sentence, and its figures. */
  readonly plan?: { readonly message: string; readonly values: Readonly<Record<string, Json>> }
  readonly evaluations: readonly Evaluation[]
  readonly baselines?: { readonly uniform: number; readonly unigram: number; readonly bigram: number }
  /** The last ones, each cut after some thousand characters. */
  readonly samples: readonly Sample[]
  readonly mixed?: { readonly unit: 'bytes' | 'documents' | 'tokens'; readonly shares: readonly MixShare[] }
  /** What each source gave to training, told at the end. */
  readonly sources: readonly {
    readonly source: string
    readonly documents: number
    readonly bytes: number
    readonly tokens: number
  }[]
  readonly refined: readonly { readonly stage: string; readonly sources: Readonly<Record<string, RefinedCounts>> }[]
  /** What held the run up, in words. */
  readonly verdict?: string
  /** What was learned, in words. */
  readonly learned?: string
  readonly warnings: readonly { readonly stage: string; readonly message: string }[]
  readonly notes: readonly { readonly stage: string; readonly message: string }[]
  /** Steps of complete checkpoints. */
  readonly checkpoints: readonly number[]
  readonly now?: Live
  /** Counters of the stages over about the last ten seconds, or of the whole run once it has ended. */
  readonly stages: readonly StageShare[]
  readonly progress: Progress
  /** Resident memory of the process over time: seconds of training, bytes. */
  readonly memory: readonly (readonly [seconds: number, bytes: number])[]
}

export interface Progress {
  readonly step: number
  readonly steps?: number
  readonly loss?: number
  readonly tokens: number
  readonly seconds: number
  readonly tokensPerSecond?: number
  readonly secondsLeft?: number
}

/** One stage in the flow. Shares are of the time looked at, 0 to 1. */
export interface StageShare extends Pick<StageCounters, 'id' | 'kind' | 'rows' | 'bytes' | 'held' | 'mostHeld'> {
  readonly busy: number
  readonly waiting: number
  readonly blocked: number
  readonly rowsPerSecond?: number
}

/**
 * Curves, thinned: bucket `i` stands for the steps from `step[i]` on, `width` of them. Of each metric the mean, and of those
 * that jump the least and the greatest; null where a bucket has none. `first` is the index of the first bucket sent: those from
 * there on replace what the page has.
 */
export interface Curves {
  readonly first: number
  readonly width: number
  readonly step: readonly number[]
  readonly mean: Readonly<Record<string, readonly (number | null)[]>>
  readonly least: Readonly<Record<string, readonly (number | null)[]>>
  readonly greatest: Readonly<Record<string, readonly (number | null)[]>>
}

/** One message of the stream of a run: everything at first (`whole`), then what has changed. */
export interface RunMessage {
  readonly run: string
  readonly whole: boolean
  readonly view: Partial<RunView>
  readonly curves?: Curves
}

/** `GET /api/runs`: the runs that this page may show; the first is the one asked for. */
export interface RunList {
  readonly runs: readonly { readonly id: string; readonly name: string; readonly state: RunState }[]
}

/** Body of every answer that is not 2xx. */
export interface Refusal {
  readonly error: {
    readonly message: string
    readonly advice?: string
    /** `training`: the run is under way and the question needs its model: ask again with `?while=training` to do it all the same. */
    readonly reason?: 'training'
  }
}
