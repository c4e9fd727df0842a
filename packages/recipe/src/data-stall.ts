import type { RunEvent, StageCounters } from '@sluice/pipeline'

/**
 * Writes into the metrics of each step the share of the time in which the trainer waited for data, as it was in the last second or so:
 * `data_stall`, 0 to 1. The steps of the first second have none.
 */
export function withDataStall(emit: (event: RunEvent) => void): (event: RunEvent) => void {
  let before: StageCounters | undefined
  let share: number | undefined
  return event => {
    if (event.type === 'progress') {
      const now = event.counters.find(({ id }) => id === 'train')
      if (now && before) share = waited(now, before) ?? share
      before = now
    }
    if (event.type !== 'metric' || share === undefined) return emit(event)
    emit({ ...event, values: { ...event.values, data_stall: share } })
  }
}

function waited(now: StageCounters, before: StageCounters): number | undefined {
  const total = timeOf(now) - timeOf(before)
  return total > 0 ? (now.waitingForInput - before.waitingForInput) / total : undefined
}

const timeOf = ({ busy, waitingForInput, waitingForOutput }: StageCounters) => busy + waitingForInput + waitingForOutput
