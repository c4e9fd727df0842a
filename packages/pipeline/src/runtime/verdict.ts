import { availableParallelism } from 'node:os'
import type { StageCounters } from '../events.ts'

/** What holds a run up, from the counters of two of its moments. */
export interface Verdict {
  /** Id and kind of the part that everything else waits for. */
  readonly id: string
  readonly kind: StageCounters['kind']
  /** Shares of the time between the two moments that it was busy, and that the part asked about waited for input. */
  readonly busy: number
  readonly stalled?: number
  /** `tokenize is the bottleneck: 71 % busy; train waits for input 60 % of the time; try "dataWorkers": 1`. */
  readonly message: string
}

export interface VerdictOptions {
  /** The part that the others work for, as `train`. Default: the first sink. */
  readonly target?: string
  /** Of the machine: no more workers are advised than that. Default: as many as it has. */
  readonly cores?: number
}

/** Waiting for less than this share of the time is not worth another thread. */
const worthIt = 0.1

/** Busy for less than this share of the time, nothing is a bottleneck. */
const least = 0.05

/**
 * The busiest part of a run in the time between two moments; undefined while nothing much has happened. Parts that run in one
 * thread share its time, so that a bottleneck may be busy for well under all of it.
 *
 * @param before counters of an earlier moment. Default: the beginning
 */
export function verdict(
  now: readonly StageCounters[],
  before: readonly StageCounters[] = [],
  { target: name, cores = availableParallelism() }: VerdictOptions = {},
): Verdict | undefined {
  const earlier = new Map(before.map(counters => [counters.id, counters]))
  const spans = now.map(counters => spanOf(counters, earlier.get(counters.id)))
  const busiest = spans.reduce<Span | undefined>(
    (most, span) => (most && most.busy >= span.busy ? most : span),
    undefined,
  )
  if (!busiest || !(busiest.busy >= least)) return undefined
  const target = spans.find(({ id }) => id === name) ?? spans.find(({ kind }) => kind === 'sink')
  const { id, kind, busy } = busiest
  const stalled = target?.stalled
  const share = `${percent(busy)} busy`
  const helps = target ? advice(spans, busiest, { target, asked: name, cores }) : ''
  if (!target || stalled === undefined || (target.id === id && helps === '')) {
    return { id, kind, busy, message: `${id} is the bottleneck, as it should be: ${share}` }
  }
  const waits = stalled >= 0.01 ? `${target.id} waits for input ${percent(stalled)} of the time` : ''
  const parts = [`${id} is the bottleneck: ${share}`, waits, helps]
  return { id, kind, busy, stalled, message: parts.filter(part => part !== '').join('; ') }
}

/** What would help: a thread for what makes the target's input, if it has none; workers for what holds that up, if it may have some. */
function advice(
  spans: readonly Span[],
  busiest: Span,
  { target, asked, cores }: { target: Span; asked: string | undefined; cores: number },
): string {
  if (cores < 2 || target.stalled < worthIt) return ''
  const trains = target.id === asked && target.kind === 'stage'
  if (trains && !spans.some(({ thread }) => thread !== undefined)) return 'try "dataWorkers": 1'
  // With its own part off, what holds the target up is the busiest of the others.
  const others = spans.filter(({ id }) => id !== target.id)
  const slowest = busiest.id === target.id ? others.reduce((a, b) => (b.busy > a.busy ? b : a), others[0]!) : busiest
  const wanted = Math.max(2, 2 * (slowest.workers ?? 0))
  if (slowest.workers === undefined || slowest.workers >= cores) return ''
  return `${slowest.id === busiest.id ? 'try' : `${slowest.id}: try`} "workers": ${Math.min(wanted, cores)}`
}

const percent = (share: number) => `${Math.round(100 * share)} %`

interface Span {
  readonly id: string
  readonly kind: StageCounters['kind']
  readonly workers: number | undefined
  readonly thread: string | undefined
  readonly busy: number
  /** Waiting for input. */
  readonly stalled: number
}

/** Shares of the time between two moments; 0 where there was none. */
function spanOf(now: StageCounters, before: StageCounters | undefined): Span {
  const busy = now.busy - (before?.busy ?? 0)
  const input = now.waitingForInput - (before?.waitingForInput ?? 0)
  const total = busy + input + now.waitingForOutput - (before?.waitingForOutput ?? 0)
  const share = (seconds: number) => (total > 0 ? seconds / total : 0)
  const { id, kind, workers, thread } = now
  return { id, kind, workers, thread, busy: share(busy), stalled: share(input) }
}
