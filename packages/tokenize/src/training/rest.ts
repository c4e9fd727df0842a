/** Lets the event loop have a turn. @throws the signal's reason when it has been aborted */
export async function rest(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  signal?.throwIfAborted()
}
