// The program of a thread that tests put the beginning of a run into: numbers from 1 on, and a stage that keeps those it has seen.
import { existsSync, writeFileSync } from 'node:fs'
import { tap } from 'rxjs'
import type { Cursor } from '../contract/frame.ts'
import type { Stage } from '../contract/stage.ts'
import { DataError } from '../errors.ts'
import { serveRun } from '../parallel/serve-run.ts'
import { counting, values } from './frames.ts'

export interface ApartStart {
  readonly count: number
  readonly from: Cursor | undefined
  /** Number at which the source fails, as of a file that is cut. */
  readonly failsAt?: number
  /** Number at which the thread ends; with `once` only where there is no such file yet. */
  readonly diesAt?: number
  readonly once?: string
}

await serveRun(async ({ count, from, failsAt, diesAt, once }: ApartStart) => {
  const source = counting(count)
  let seen: number[] = []
  const gather: Stage = {
    id: 'gather',
    schema: input => input,
    apply: tap(frame => {
      const [n] = values(frame)
      if (n === failsAt) throw new DataError('ends too early', { file: 'numbers.txt' })
      if (n === diesAt && !(once !== undefined && existsSync(once))) {
        if (once !== undefined) writeFileSync(once, '')
        process.exit(3)
      }
      seen.push(n!)
    }),
    save: () => [Buffer.from(seen.join())],
    async close() {
      seen = []
    },
  }
  return { source, stages: [gather], ...(from ? { from } : {}) }
})
