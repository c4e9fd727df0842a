import { Worker } from 'node:worker_threads'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { asContent, type ContentMessage, rebuiltError, type WriterReply } from './messages.ts'
import { prune } from './prune.ts'
import { type CheckpointContent, type Written, writeCheckpoint } from './write.ts'

/** Which checkpoints stay when one has been written; see `prune`. */
export interface Keeping {
  readonly keep: number
  readonly early: ReadonlySet<number>
  readonly best?: number | undefined
}

/** Writes one checkpoint after another. */
export interface CheckpointWriter {
  /** Takes the tensors of the snapshot: the caller has them no more. */
  write(dir: string, content: CheckpointContent, keeping: Keeping): Promise<Written>
  close(): Promise<void>
}

/** On the calling thread, a piece between any two of its turns. */
export function writerHere(files: FileLayer): CheckpointWriter {
  return {
    async write(dir, content, { keep, early, best }) {
      const written = await writeCheckpoint(dir, content, { files })
      await prune(dir, keep, early, files, best)
      return written
    },
    async close() {},
  }
}

interface Waiting {
  resolve(written: Written): void
  reject(error: unknown): void
}

/**
 * On a thread of its own, which training steps (one turn of the event loop each) do not hold up. It is started with the first
 * checkpoint and keeps the process alive only while it writes.
 */
export function writerBeside(): CheckpointWriter {
  let worker: Worker | undefined
  let waiting: Waiting | undefined
  const end = (settle: (waiting: Waiting) => void) => {
    worker?.unref()
    const one = waiting
    waiting = undefined
    if (one) settle(one)
  }
  const start = (): Worker => {
    // What says how to read a script on the command line does not hold for a file.
    const execArgv = process.execArgv.filter(flag => !flag.startsWith('--input-type'))
    const started = new Worker(new URL('./worker.js', import.meta.url), { execArgv })
    started.on('message', (reply: WriterReply) =>
      end(({ resolve, reject }) => ('written' in reply ? resolve(reply.written) : reject(rebuiltError(reply.error)))),
    )
    started.on('error', error => {
      worker = undefined
      end(({ reject }) => reject(error))
    })
    started.on('exit', code => {
      worker = undefined
      end(({ reject }) => reject(new Error(`the thread that writes checkpoints ended with ${code}`)))
    })
    return started
  }
  return {
    write(dir, content, { keep, early, best }) {
      worker ??= start()
      const { message, transfer } = asContent(content)
      const request: ContentMessage = { dir, content: message, keep, early: [...early], best }
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        worker!.ref()
        worker!.postMessage(request, transfer)
      })
    },
    async close() {
      await worker?.terminate()
    },
  }
}

/** Beside training where that can be: with the machine's own files, and from the built package (a worker loads JavaScript). */
export function checkpointWriter(files: FileLayer): CheckpointWriter {
  return files === nodeFiles && import.meta.url.endsWith('.js') ? writerBeside() : writerHere(files)
}
