import type { StageCounters } from '../events.ts'

/** What holds a run up, from the counters of two of its moments. */
export interface Verdict {
  /** Id and kind of the part that everything else waits for. */
  readonly id: string
  readonly kind: StageCounters['kind']
  /** Shares of the time between the two moments that it was busy, and that the part asked about waited for input. */
  readonly busy: number
  readonly stalled?: number
  /** `tokenize is the bottleneck: 71 % busy`. */
  readonly message: string
}

/** Busy for less than this share of the time, nothing is a bottleneck. */
const least = 0.05

/**
 * The busiest part of a run in the time between two moments; undefined while nothing much has happened. Parts that run in one
 * thread share its time, so that a bottleneck may be busy for well under all of it.
 *
 * @param before counters of an earlier moment. Default: the beginning
 * @param options.target the part that the others work for, as `train`. Default: the first sink
 */
export function verdict(
  now: readonly StageCounters[],
  before: readonly StageCounters[] = [],
  options: { target?: string } = {},
): Verdict | undefined {
  const earlier = new Map(before.map(counters => [counters.id, counters]))
  const spans = now.map(counters => spanOf(counters, earlier.get(counters.id)))
  const busiest = spans.reduce<Span | undefined>(
    (most, span) => (most && most.busy >= span.busy ? most : span),
    undefined,
  )
  if (!busiest || !(busiest.busy >= least)) return undefined
  const target = spans.find(({ id }) => id === options.target) ?? spans.find(({ kind }) => kind === 'sink')
  const { id, kind, busy } = busiest
  const share = `${Math.round(100 * busy)} % busy`
  if (!target || target.id === id)
    return { id, kind, busy, message: `${id} is the bottleneck, as it should be: ${share}` }
  const stalled = target.input
  const waits = stalled >= 0.01 ? `; ${target.id} waits for input ${Math.round(100 * stalled)} % of the time` : ''
  return { id, kind, busy, stalled, message: `${id} is the bottleneck: ${share}${waits}` }
}

interface Span {
  readonly id: string
  readonly kind: StageCounters['kind']
  readonly busy: number
  readonly input: number
}

/** Shares of the time between two moments; 0 where there was none. */
function spanOf(now: StageCounters, before: StageCounters | undefined): Span {
  const busy = now.busy - (before?.busy ?? 0)
  const input = now.waitingForInput - (before?.waitingForInput ?? 0)
  const total = busy + input + now.waitingForOutput - (before?.waitingForOutput ?? 0)
  const share = (seconds: number) => (total > 0 ? seconds / total : 0)
  return { id: now.id, kind: now.kind, busy: share(busy), input: share(input) }
}
