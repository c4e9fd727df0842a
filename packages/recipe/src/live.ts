import { renameSync, writeFileSync } from 'node:fs'
import type { Outcome, RunEvent, StageCounters } from '@sluice/pipeline'

/** In the run's folder. */
export const liveFile = 'live.json'

/** What a run is doing at this moment: what its log does not keep, for whoever looks on from another process. */
export interface Live {
  /** When this was written, milliseconds since 1970. */
  readonly at: number
  readonly phase: 'preparing' | 'training' | 'ended'
  readonly preparing?: { readonly what: string; readonly detail: string; readonly share?: number }
  readonly counters?: readonly StageCounters[]
  readonly bytesInFlight?: number
  /** Resident memory of the process, bytes. */
  readonly memory: number
  readonly outcome?: Outcome
  /** Why it failed. */
  readonly fault?: string
}

export interface LiveWriter {
  update(event: RunEvent): void
  /** @param error why the run failed; undefined where it did not */
  end(error?: unknown): void
}

/** Milliseconds between two writes, but for what changes everything. */
const often = 500

/**
 * Keeps live.json: a few hundred bytes, replaced as a whole, about once a second. Nothing depends on it, so one that cannot be
 * written is given up: that the disk is full is told by the log.
 */
export function liveWriter(path: string, now: () => number = Date.now): LiveWriter {
  let live: Omit<Live, 'at' | 'memory'> = { phase: 'preparing' }
  let written = Number.NEGATIVE_INFINITY
  let given = false
  const write = () => {
    if (given) return
    written = now()
    const told: Live = { at: written, ...live, memory: process.memoryUsage.rss() }
    try {
      writeFileSync(`${path}.tmp`, `${JSON.stringify(told)}\n`)
      renameSync(`${path}.tmp`, path)
    } catch {
      given = true
    }
  }
  return {
    update(event) {
      const { phase } = live
      if (event.type === 'preparing') {
        const { what, detail, share } = event
        live = { ...live, preparing: { what, detail, ...(share === undefined ? {} : { share }) } }
      } else if (event.type === 'metric' && phase === 'preparing') {
        const { preparing: _, ...rest } = live
        live = { ...rest, phase: 'training' }
      } else if (event.type === 'progress') {
        live = { ...live, counters: event.counters, bytesInFlight: event.bytesInFlight }
      } else if (event.type === 'finished') {
        live = { ...live, counters: event.counters, bytesInFlight: 0, outcome: event.outcome }
      } else return
      if (live.phase !== phase || event.type === 'finished' || now() - written >= often) write()
    },
    end(error) {
      const fault = error === undefined ? {} : { outcome: 'failed' as const, fault: String(error) }
      live = { ...live, ...fault, phase: 'ended' }
      write()
    },
  }
}
