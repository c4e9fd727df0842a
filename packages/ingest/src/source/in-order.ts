/**
 * Runs up to `parallel` calls of `make` at a time over what a generator gives, and gives the results in its order. When the
 * generator fails, the results of what came before are given out first; a call that fails ends it in its turn.
 */
export async function* inOrder<T, R>(
  items: AsyncGenerator<T, void, undefined>,
  parallel: number,
  make: (item: T) => R | Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const pending: Promise<R>[] = []
  let failure: { error: unknown } | undefined
  let over = false
  try {
    while (!over || pending.length > 0) {
      while (!over && pending.length < parallel) {
        const next = await items.next().catch((error: unknown) => {
          failure = { error }
        })
        over = next === undefined || next.done === true
        if (over) break
        const result = make((next as { value: T }).value)
        if (pending.length === 0 && !(result instanceof Promise)) {
          yield result
          continue
        }
        const promise = Promise.resolve(result)
        // Awaited in its turn; until then a failure is nobody's.
        promise.catch(() => {})
        pending.push(promise)
      }
      if (pending.length > 0) yield await pending.shift()!
    }
    if (failure) throw failure.error
  } finally {
    await items.return()
  }
}
