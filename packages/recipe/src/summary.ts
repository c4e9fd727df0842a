import type { Outcome } from '@sluice/pipeline'
import type {
  Baselines,
  EvaluationPoint,
  GroupChange,
  RefinedPoint,
  ReportSummary,
  SamplePoint,
  SourcePoint,
} from './report/index.ts'

/** What a run came to, its earlier sessions included. */
export interface RunSummary extends ReportSummary {
  readonly outcome: Exclude<Outcome, 'failed'>
  readonly name: string
  /** The run's folder. */
  readonly path: string
  /** What computed, in words. */
  readonly backend: string
  /** What the model is for: continuing texts, or filling in masks. Absent where there is none yet. */
  readonly predicts?: 'next' | 'masked'
  readonly notes: readonly string[]
  readonly evaluations: readonly EvaluationPoint[]
  readonly baselines?: Baselines
  /** The last one. */
  readonly sample?: SamplePoint
  readonly changes: readonly GroupChange[]
  /** What each source gave, and what refining did with it; absent where nothing is known. */
  readonly sources?: readonly SourcePoint[]
  readonly refined?: readonly RefinedPoint[]
  /** The report's path; absent where the run never began. */
  readonly report?: string
}

/** Of a run that was stopped before it began. */
export function nothingDone(run: Pick<RunSummary, 'name' | 'path' | 'steps'>): RunSummary {
  const figures = { parameters: 0, step: 0, tokens: 0, seconds: 0, tokensPerSecond: 0, peakMemory: peakMemory() }
  return { ...run, ...figures, outcome: 'stopped', backend: 'no backend', notes: [], evaluations: [], changes: [] }
}

/** Most memory that this process has held, bytes. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}
