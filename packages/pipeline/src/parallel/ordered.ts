import { Observable, type OperatorFunction } from 'rxjs'
import type { Frame } from '../contract/frame.ts'

export interface OrderedOptions<N, A> {
  /** Frames that may be under way, those included that are done and wait for their turn. */
  readonly limit: number
  /** Called for each frame in order, as it comes. */
  before(frame: Frame): N
  /** Done elsewhere, for several frames at once. */
  work(frame: Frame, note: N): Promise<A>
  /** Called for each frame in order, once it is done. */
  after(frame: Frame, answer: A): readonly Frame[]
  /** Called now and then while something is under way. */
  alive(): void
}

interface Slot<A> {
  readonly frame: Frame
  done?: { readonly answer: A }
}

/** Milliseconds between two signs of life. */
const pulse = 1000

/** Works on several frames at once and gives what becomes of them in order. */
export function ordered<N, A>(options: OrderedOptions<N, A>): OperatorFunction<Frame, Frame> {
  return upstream =>
    new Observable(subscriber => {
      let waiting: { frame: Frame; note: N }[] = []
      let underWay: Slot<A>[] = []
      let ended = false
      let turn: NodeJS.Immediate | undefined
      const timer = setInterval(() => underWay.length > 0 && options.alive(), pulse).unref()

      const start = () => {
        while (waiting.length > 0 && underWay.length < options.limit && !subscriber.closed) {
          const { frame, note } = waiting.shift()!
          const slot: Slot<A> = { frame }
          underWay.push(slot)
          options.work(frame, note).then(
            answer => {
              slot.done = { answer }
              pass()
            },
            error => subscriber.error(error),
          )
        }
        if (ended && underWay.length === 0 && !subscriber.closed) subscriber.complete()
      }
      /**
       * One frame a turn of the event loop: Node hears out a thread's port before anything else, and what later stages do with a frame
       * may take longer than the next answer does. Timers, signals and other threads would wait until all is done.
       */
      const pass = () => {
        if (turn !== undefined || !underWay[0]?.done || subscriber.closed) return
        turn = setImmediate(() => {
          turn = undefined
          const { frame, done } = underWay.shift()!
          try {
            for (const given of options.after(frame, done!.answer)) subscriber.next(given)
          } catch (error) {
            subscriber.error(error)
          }
          start()
          pass()
        })
      }
      subscriber.add(() => {
        clearInterval(timer)
        clearImmediate(turn)
        waiting = []
        underWay = []
      })
      return upstream.subscribe({
        next(frame) {
          try {
            waiting.push({ frame, note: options.before(frame) })
            start()
          } catch (error) {
            subscriber.error(error)
          }
        },
        error: error => subscriber.error(error),
        complete() {
          ended = true
          start()
        },
      })
    })
}
