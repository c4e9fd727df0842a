/** Resolves with `promise`, or as soon as `signal` is aborted. Leaves no listener behind. */
export function unlessAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve()
    const settle = () => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    promise.then(settle, error => {
      signal.removeEventListener('abort', settle)
      reject(error)
    })
  })
}
