import type { MemoryUse, StageCounters } from '../events.ts'
import type { Meter } from './meter.ts'

/**
 * Follows what a run holds. Resident memory is looked at when asked to, for the system does not tell of its peaks in between.
 *
 * @param apart what is held by parts of the run in another thread of this process
 */
export function watchMemory(
  meter: Meter,
  limit: number,
  apart: () => MemoryUse | undefined = () => undefined,
): { look(): number; use(): MemoryUse } {
  let mostResident = 0
  const look = (): number => {
    const resident = process.memoryUsage.rss()
    mostResident = Math.max(mostResident, resident)
    return resident
  }
  return {
    look,
    use() {
      const resident = look()
      const counters = meter.counters()
      const here: MemoryUse = {
        resident,
        mostResident,
        inFlight: meter.inFlight,
        mostInFlight: meter.mostInFlight,
        limit,
        held: byPart(counters, 'held'),
        mostHeld: byPart(counters, 'mostHeld'),
      }
      const there = apart()
      return there ? both(here, there) : here
    },
  }
}

/** The most that was in flight was not at one moment in both: the sum is what it was at the utmost. */
function both(here: MemoryUse, there: MemoryUse): MemoryUse {
  return {
    ...here,
    mostResident: Math.max(here.mostResident, there.mostResident),
    inFlight: here.inFlight + there.inFlight,
    mostInFlight: here.mostInFlight + there.mostInFlight,
    limit: here.limit + there.limit,
    held: { ...there.held, ...here.held },
    mostHeld: { ...there.mostHeld, ...here.mostHeld },
  }
}

function byPart(counters: readonly StageCounters[], what: 'held' | 'mostHeld'): Record<string, number> {
  return Object.fromEntries(counters.flatMap(part => (part[what] > 0 ? [[part.id, part[what]]] : [])))
}
