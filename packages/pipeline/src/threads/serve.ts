import { parentPort, workerData } from 'node:worker_threads'
import type { Asked, Said } from './messages.ts'
import { sentError } from './sent-error.ts'

/** An answer, and what of its memory is handed over instead of being copied. */
export interface Answer {
  readonly answer: unknown
  readonly handOver?: readonly ArrayBuffer[]
}

/** Answers a question. Several may be under way, where it is asynchronous. */
export type Answering = (ask: any) => Answer | Promise<Answer>

/**
 * The program of a thread of a crew: prepares itself, then answers what it is asked.
 *
 * @param prepare is given what the thread was started with, and a way to tell what nobody asked for. What it throws would be thrown
 *   by the next thread, too: none is started in its place.
 */
export async function serve(
  prepare: (started: any, tell: (what: unknown) => void) => Answering | Promise<Answering>,
): Promise<void> {
  const port = parentPort
  if (!port) throw new Error('this module is the program of a thread')
  const say = (said: Said, handOver: readonly ArrayBuffer[] = []) => port.postMessage(said, handOver)
  let answering: Answering
  try {
    answering = await prepare(workerData, told => say({ told }))
  } catch (error) {
    say({ unfit: sentError(error) })
    return
  }
  say({ ready: true })
  port.on('message', ({ id, ask }: Asked) => {
    const fail = (error: unknown) => say({ id, error: sentError(error) })
    try {
      const given = answering(ask)
      if (!('then' in given)) return say({ id, answer: given.answer }, given.handOver)
      given.then(({ answer, handOver }) => say({ id, answer }, handOver)).catch(fail)
    } catch (error) {
      fail(error)
    }
  })
}
