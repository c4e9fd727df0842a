/** Where a command reads from and writes to. Tests pass their own. */
export interface Console {
  readonly stdout: Output
  readonly stderr: Output
  /** What comes in, from when it is asked for. */
  readonly stdin: () => AsyncIterable<Uint8Array>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back on each Ctrl-C (or polite kill) until the returned function is called. */
  onInterrupt(callback: (signal: Interrupt) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

export interface Output {
  write(text: string): void
  /** Writes bytes; resolves once there is room for more. */
  writeBytes(bytes: Uint8Array): Promise<void>
  readonly isTTY: boolean
  readonly columns: number
}

export type Interrupt = 'SIGINT' | 'SIGTERM'

/** The exit code a shell expects of a process that a signal ended. */
export const interruptCodes: Readonly<Record<Interrupt, number>> = { SIGINT: 130, SIGTERM: 143 }

/** The process's own. A reader that went away (`| head`) ends the process quietly, as the usual tools do. */
export function processConsole(): Console {
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    stdin: () => process.stdin,
    cwd: process.cwd(),
    env: process.env,
    onInterrupt(callback) {
      const interrupts = Object.keys(interruptCodes) as Interrupt[]
      const listeners = interrupts.map(signal => ({ signal, listener: () => callback(signal) }))
      for (const { signal, listener } of listeners) process.on(signal, listener)
      return () => {
        for (const { signal, listener } of listeners) process.off(signal, listener)
      }
    },
    exit: code => process.exit(code),
  }
}

function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    // Nowhere left to say it, if this is standard error.
    if (stream !== process.stderr) process.stderr.write(`pipeline: the output cannot be written: ${error.message}\n`)
    process.exit(1)
  })
  return {
    write: text => void stream.write(text),
    writeBytes: bytes =>
      stream.write(bytes) ? Promise.resolve() : new Promise(resolve => stream.once('drain', resolve)),
    get isTTY() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.columns ?? 80
    },
  }
}
