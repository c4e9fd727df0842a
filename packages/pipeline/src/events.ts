import type { Cursor, Json } from './contract/frame.ts'
import type { Outcome } from './contract/sink.ts'
import type { MixShare, MixUnit } from './contract/source.ts'
import type { Verdict } from './runtime/verdict.ts'

/** What one stage has done so far. Times are seconds of wall clock. */
export interface StageCounters {
  readonly id: string
  readonly kind: 'source' | 'stage' | 'sink'
  /** Set where it may run in workers, and in how many it does. */
  readonly workers?: number
  /** Name of the thread that it runs in; left out: the run's own. */
  readonly thread?: string
  readonly rows: number
  readonly bytes: number
  readonly frames: number
  /** At work. */
  readonly busy: number
  /** With nothing to do, because what is before it has not delivered. */
  readonly waitingForInput: number
  /** With something to give, because what is after it has not taken it. */
  readonly waitingForOutput: number
  /** Bytes that it holds at this moment: frames that wait at it or in it, what it has gathered, its tables. 0 for a source. */
  readonly held: number
  /** The most that it held. */
  readonly mostHeld: number
}

/** What a run holds, in bytes. */
export interface MemoryUse {
  /** Of the whole process: resident memory, at this moment and at the most. */
  readonly resident: number
  readonly mostResident: number
  /** Between source and sink, as it is there: frames, and what stages gather. */
  readonly inFlight: number
  readonly mostInFlight: number
  /** What the gate lets be in flight: the mark and the windows. */
  readonly limit: number
  /** By each part: its id to what it holds, and to the most that it held. Those that held nothing are left out. */
  readonly held: Readonly<Record<string, number>>
  readonly mostHeld: Readonly<Record<string, number>>
}

/** What a refining stage has done with the documents of one source, in this run and those it resumed. */
export interface RefinedCounts {
  /** Documents judged, and bytes of their text. */
  readonly documents: number
  readonly bytes: number
  /** Those that went on, and bytes of text that did. */
  readonly kept: number
  readonly keptBytes: number
  /** Documents dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** What was changed in those kept, by the name of the change: lines left out, addresses masked. */
  readonly changed: Readonly<Record<string, number>>
}

/** Everything a run tells, in the order in which it happens. */
export type RunEvent =
  | { readonly type: 'started'; readonly stages: readonly string[]; readonly resumedFrom?: Cursor }
  /** A preparation step or a long operation before the first training step. `share` is 0 to 1 where the end is known. */
  | { readonly type: 'preparing'; readonly what: string; readonly detail: string; readonly share?: number }
  /** About once a second. In flight: bytes that the source gave and the sink has not consumed. */
  | { readonly type: 'progress'; readonly counters: readonly StageCounters[]; readonly bytesInFlight: number }
  /** About every ten seconds, and at the end. */
  | ({ readonly type: 'memory' } & MemoryUse)
  /** What the sources of a mix have given: about every ten seconds, and at the end. It is ahead of what the sink has consumed. */
  | {
      readonly type: 'mixed'
      readonly stage: string
      readonly unit: MixUnit
      readonly shares: readonly MixShare[]
    }
  /** Which part the others waited for, over the whole run: see `verdict`. */
  | ({ readonly type: 'bottleneck' } & Verdict)
  /** One per training step. */
  | { readonly type: 'metric'; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly type: 'evaluation'; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | {
      readonly type: 'checkpoint'
      readonly step: number
      readonly path: string
      readonly bytes: number
      readonly seconds: number
    }
  | { readonly type: 'sample'; readonly step: number; readonly prompt: string; readonly text: string }
  | { readonly type: 'warning'; readonly stage: string; readonly message: string }
  /** For what a stage wants to be known at the end: dropped remainders, documents skipped, shares achieved. */
  | {
      readonly type: 'note'
      readonly stage: string
      readonly message: string
      readonly values?: Readonly<Record<string, Json>>
    }
  /** At the end of a run: source id to what a refining stage did with its documents. */
  | {
      readonly type: 'refined'
      readonly stage: string
      readonly sources: Readonly<Record<string, RefinedCounts>>
    }
  | {
      readonly type: 'finished'
      readonly outcome: Outcome
      readonly seconds: number
      readonly counters: readonly StageCounters[]
    }
