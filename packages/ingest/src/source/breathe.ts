/** Milliseconds of work on end after which the event loop gets its turn. */
const stretch = 15

/**
 * Makes a function to await between documents: it lets timers and I/O have a turn when it has not done so for a while. What is
 * ready at once never leaves the queue of microtasks, and a reader of many small things would block everything else.
 */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < stretch) return undefined
    return new Promise(resolve =>
      setImmediate(() => {
        last = performance.now()
        resolve()
      }),
    )
  }
}
