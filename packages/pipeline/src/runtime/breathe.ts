import { setImmediate } from 'node:timers/promises'

const longest = 8

/**
 * Gives the event loop a turn, if the last one was more than 8 ms ago. Awaiting what is ready never leaves the microtask
 * queue: without this, timers and signals would not be heard while a fast source meets a fast sink.
 */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < longest) return undefined
    return setImmediate(undefined).then(() => {
      last = performance.now()
    })
  }
}
