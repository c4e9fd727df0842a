import type { StageCounters } from '@sluice/pipeline'
import type { StageShare } from '../../protocol.ts'

/** Seconds that the shares of a run under way are taken over. */
const window = 10

/** The stages as a flow, from counters as they come. */
export function stageFlow() {
  let kept: { at: number; counters: readonly StageCounters[] }[] = []
  return {
    /**
     * @param at seconds
     * @param ended whether the shares are those of the whole run
     */
    shares(counters: readonly StageCounters[], at: number, ended: boolean): StageShare[] {
      const newest = kept.at(-1)
      if (newest === undefined || at > newest.at) kept.push({ at, counters })
      kept = kept.filter((moment, i) => at - moment.at <= window || i === kept.length - 1)
      const first = kept[0]!
      const before = ended || first.at === at ? [] : first.counters
      const seconds = ended || first.at === at ? undefined : at - first.at
      return counters.map(now =>
        shareOf(
          now,
          before.find(({ id }) => id === now.id),
          seconds,
        ),
      )
    },
  }
}

function shareOf(now: StageCounters, before: StageCounters | undefined, seconds: number | undefined): StageShare {
  const busy = now.busy - (before?.busy ?? 0)
  const waiting = now.waitingForInput - (before?.waitingForInput ?? 0)
  const blocked = now.waitingForOutput - (before?.waitingForOutput ?? 0)
  const total = busy + waiting + blocked
  const share = (part: number) => (total > 0 ? Math.max(0, part / total) : 0)
  const { id, kind, rows, bytes, held = 0, mostHeld = 0 } = now
  const rate = seconds === undefined || seconds <= 0 ? {} : { rowsPerSecond: (rows - (before?.rows ?? 0)) / seconds }
  return {
    id,
    kind,
    rows,
    bytes,
    held,
    mostHeld,
    busy: share(busy),
    waiting: share(waiting),
    blocked: share(blocked),
    ...rate,
  }
}
