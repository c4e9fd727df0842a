import { Worker } from 'node:worker_threads'
import type { Asked, Said } from './messages.ts'
import type { ThreadProgram } from './program.ts'
import { rebuiltError } from './sent-error.ts'

export interface ThreadOptions {
  readonly program: ThreadProgram
  /** What it is started with. */
  readonly started?: unknown
  /** Megabytes of its heap for objects that are young; default V8's, 48. Less holds less, and collects more often. */
  readonly youngMegabytes?: number | undefined
  /** It has answered; the error is one of the question, and the thread goes on. */
  answered(id: number, result: { readonly answer: unknown } | { readonly error: Error }): void
  told?(what: unknown): void
  /** It has ended, once. `unfit`: it could not begin, and neither could another. */
  ended(why: { readonly message: string; readonly cause?: unknown; readonly unfit?: Error }): void
}

export interface Thread {
  ask(id: number, ask: unknown, handOver: readonly ArrayBuffer[]): void
  /** Whether the process stays alive for it. */
  keep(alive: boolean): void
  /** Ends it; nothing is told any more. */
  close(): Promise<void>
}

/** Starts a thread whose program is made with `serve`. */
export function startThread(options: ThreadOptions): Thread {
  const { program, started, youngMegabytes, answered, told, ended } = options
  const worker = new Worker(program.url, {
    workerData: started,
    execArgv: [...program.execArgv],
    ...(youngMegabytes === undefined ? {} : { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } }),
  })
  worker.unref()
  let over = false
  const end = (why: Parameters<ThreadOptions['ended']>[0]): void => {
    if (over) return
    over = true
    ended(why)
  }
  worker.on('message', (said: Said) => {
    if (over) return
    if ('answer' in said) answered(said.id, said)
    else if ('error' in said) answered(said.id, { error: rebuiltError(said.error) })
    else if ('told' in said) told?.(said.told)
    else if ('unfit' in said) {
      const unfit = rebuiltError(said.unfit)
      end({ message: unfit.message, unfit })
    }
  })
  worker.on('error', (cause: NodeJS.ErrnoException) => {
    const memory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    end({ message: memory ? 'ran out of memory' : `failed: ${cause.message}`, cause })
  })
  worker.on('exit', code => end({ message: `ended with exit code ${code}` }))
  return {
    ask: (id, ask, handOver) => worker.postMessage({ id, ask } satisfies Asked, [...handOver]),
    keep: alive => (alive ? worker.ref() : worker.unref()),
    async close() {
      over = true
      await worker.terminate()
    },
  }
}
