import type { StageCounters } from '@sluice/pipeline'

/**
 * Which stage everything else waits for, in words, from the counters of two moments. The busiest stage of the time between
 * them is it; undefined while nothing has happened.
 */
export function bottleneck(now: readonly StageCounters[], before: readonly StageCounters[]): string | undefined {
  const earlier = new Map(before.map(counters => [counters.id, counters.busy]))
  const busy = now.map(({ id, kind, busy }) => ({ id, kind, seconds: busy - (earlier.get(id) ?? 0) }))
  const busiest = busy.reduce((most, stage) => (stage.seconds > most.seconds ? stage : most), busy[0] ?? none)
  if (busiest.seconds <= 0) return undefined
  if (busiest.id === 'train') return 'training, as it should be'
  if (busiest.kind === 'source') return `reading (${busiest.id})`
  return busiest.kind === 'sink' ? `writing (${busiest.id})` : `preparing data (${busiest.id})`
}

const none = { id: '', kind: 'stage' as const, seconds: 0 }
