import { type Console, type Interrupt, interruptCodes } from './console.ts'

export interface Stoppable {
  readonly signal: AbortSignal
  readonly release: () => void
  readonly exitCode: () => number
}

/** For a command that ends in its own way at the first Ctrl-C; the second ends the process. To be released when it has ended. */
export function stoppable(console: Pick<Console, 'onInterrupt' | 'exit'>): Stoppable {
  const stopping = new AbortController()
  let interrupted: Interrupt | undefined
  const release = console.onInterrupt(signal => {
    if (interrupted) return console.exit(interruptCodes[signal])
    interrupted = signal
    stopping.abort()
  })
  return { signal: stopping.signal, release, exitCode: () => (interrupted ? interruptCodes[interrupted] : 0) }
}
