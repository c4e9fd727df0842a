import { availableParallelism } from 'node:os'
import { ConfigError } from '../errors.ts'

/** How many workers; `auto`: one for each core, at most 8. */
export type Workers = number | 'auto'

/** @throws ConfigError for what is no number of workers */
export function workerCount(workers: Workers, stage?: string): number {
  if (workers === 'auto') return Math.min(8, availableParallelism())
  if (Number.isInteger(workers) && workers >= 0) return workers
  throw new ConfigError(`workers must be a whole number from 0 on or "auto", found ${JSON.stringify(workers)}`, {
    ...(stage === undefined ? {} : { stage }),
  })
}
