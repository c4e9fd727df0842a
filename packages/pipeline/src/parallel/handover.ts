import type { Frame } from '../contract/frame.ts'
import type { Sink } from '../contract/sink.ts'

/** Between a run and somebody who asks for its frames one by one: the run's sink takes no frame that nobody has asked for. */
export interface Handover {
  readonly sink: Sink
  /** The next frame; undefined once there are no more. Several may be asked for at once. */
  next(): Promise<Frame | undefined>
  /** Nobody asks any more: whatever comes is let go. */
  release(): void
}

/** @param closing called when the last frame has been consumed, before any stage is closed */
export function handover(id: string, closing: Partial<Pick<Sink, 'open' | 'close'>> = {}): Handover {
  const askers: ((frame: Frame | undefined) => void)[] = []
  let held: { frame: Frame; taken(): void } | undefined
  let over = false
  const end = () => {
    over = true
    held?.taken()
    held = undefined
    for (const answer of askers.splice(0)) answer(undefined)
  }
  return {
    sink: {
      id,
      ...(closing.open ? { open: closing.open } : {}),
      consume(frame) {
        if (over) return
        const asker = askers.shift()
        if (asker) return asker(frame)
        return new Promise<void>(taken => {
          held = { frame, taken }
        })
      },
      async close(outcome) {
        await closing.close?.(outcome)
        end()
      },
    },
    release: end,
    async next() {
      if (held) {
        const { frame, taken } = held
        held = undefined
        taken()
        return frame
      }
      if (over) return undefined
      return new Promise(resolve => askers.push(resolve))
    },
  }
}
