import { type StageCounters, verdict } from '@sluice/pipeline'

/**
 * Which stage everything else waits for, in words, from the counters of two moments; undefined while nothing has happened. A run
 * that trains is to be held up by training.
 */
export function bottleneck(now: readonly StageCounters[], before: readonly StageCounters[]): string | undefined {
  return verdict(now, before, { target: 'train' })?.message
}
