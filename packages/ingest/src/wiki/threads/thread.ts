import { Worker } from 'node:worker_threads'
import { SluiceError } from '@sluice/pipeline'
import type { Reply, Task } from './messages.ts'

export interface Thread {
  /** Tasks not answered yet. */
  readonly waiting: number
  /** @param handOver memory of the task that the caller needs no more */
  ask(task: Task, handOver: ArrayBuffer[]): Promise<Reply>
  close(): void
}

/** Starts a thread. */
export function startThread(entry: URL): Thread {
  const worker = new Worker(entry)
  // A thread with nothing to do does not keep the process alive.
  worker.unref()
  const tasks = new Map<number, { resolve(reply: Reply): void; reject(error: unknown): void }>()
  let sent = 0
  let ended: SluiceError | undefined
  const end = (message: string, cause?: unknown): void => {
    ended ??= new SluiceError(message, { cause })
    for (const { reject } of tasks.values()) reject(ended)
    tasks.clear()
  }
  worker.on('message', (reply: Reply) => {
    const task = tasks.get(reply.id)
    tasks.delete(reply.id)
    if (tasks.size === 0) worker.unref()
    task?.resolve(reply)
  })
  worker.on('error', cause => end(`a thread that reads dumps failed: ${cause.message}`, cause))
  worker.on('exit', code => end(`a thread that reads dumps ended with exit code ${code}`))
  return {
    get waiting() {
      return tasks.size
    },
    ask(task, handOver) {
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        const id = sent++
        tasks.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ ...task, id }, handOver)
      })
    },
    close() {
      end('the threads that read dumps have been closed')
      void worker.terminate()
    },
  }
}
