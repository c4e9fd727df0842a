import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work in one turn of the event loop after which whoever works should let it have its next one. */
const longest = 20

/** When somebody first asked in the present turn. */
let since: number | undefined

/**
 * A promise of the event loop's next turn, if the present one has been long; undefined where there is time. It is one clock for all that
 * works in this thread: a source and several stages that each take a little take a lot together. For work on many small things:
 * ask after each.
 */
export function turnIfLong(): Promise<void> | undefined {
  if (since === undefined) {
    since = performance.now()
    setImmediate(() => {
      since = undefined
    })
    return undefined
  }
  return performance.now() - since < longest ? undefined : nextTurn(undefined)
}
