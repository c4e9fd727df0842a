import type { MemoryUse, StageCounters } from '../events.ts'
import type { Meter } from './meter.ts'

/** Follows what a run holds. Resident memory is looked at when asked to, for the system does not tell of its peaks in between. */
export function watchMemory(meter: Meter, limit: number): { look(): number; use(): MemoryUse } {
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
      return {
        resident,
        mostResident,
        inFlight: meter.inFlight,
        mostInFlight: meter.mostInFlight,
        limit,
        held: byPart(counters, 'held'),
        mostHeld: byPart(counters, 'mostHeld'),
      }
    },
  }
}

function byPart(counters: readonly StageCounters[], what: 'held' | 'mostHeld'): Record<string, number> {
  return Object.fromEntries(counters.flatMap(part => (part[what] > 0 ? [[part.id, part[what]]] : [])))
}
