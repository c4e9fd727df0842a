import { performance } from 'node:perf_hooks'

/** Milliseconds for which this thread's event loop has had nothing to do since it started. */
export function idleTime(): number {
  return performance.eventLoopUtilization().idle
}
