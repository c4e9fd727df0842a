import type { Frame } from '../contract/frame.ts'
import type { Sink } from '../contract/sink.ts'
import type { StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { type RunOptions, run } from './run.ts'

export interface FramesOptions extends Omit<RunOptions, 'sink'> {
  /** Takes the events of that run. Default: nobody hears them. */
  readonly emit?: (event: RunEvent) => void
  /** Given what a sink is given when the run opens: `savedStates`, for one. */
  readonly open?: (context: StageContext) => void
}

/**
 * What a source gives after some stages, pulled frame by frame: a run whose sink hands each frame over and waits until the
 * next one is asked for. Leaving the loop stops the run.
 */
export async function* frames(options: FramesOptions): AsyncGenerator<Frame> {
  const { emit, open, ...rest } = options
  const handover = createHandover(open)
  const running = run({ ...rest, sink: handover.sink })
  if (emit) running.events$.subscribe(emit)
  running.done.then(handover.end, handover.end)
  try {
    for (let frame = await handover.next(); frame; frame = await handover.next()) yield frame
  } finally {
    running.stop()
    handover.release()
    // Whoever leaves the loop may rely on it that everything is closed. What failed is thrown below, or was not waited for.
    await running.done.catch(() => {})
  }
  await running.done
}

/** Room for one frame between a sink and a loop. */
function createHandover(open: FramesOptions['open']) {
  let waiting: Frame | undefined
  let ended = false
  let taken: () => void = () => {}
  let arrived: () => void = () => {}
  const sink: Sink = {
    id: 'pull',
    async open(context) {
      open?.(context)
    },
    consume: frame =>
      ended
        ? undefined
        : new Promise<void>(resolve => {
            waiting = frame
            taken = resolve
            arrived()
          }),
  }
  const end = () => {
    ended = true
    arrived()
  }
  return {
    sink,
    end,
    /** Lets a frame go that nobody will ask for. */
    release() {
      ended = true
      taken()
    },
    async next(): Promise<Frame | undefined> {
      taken()
      while (!waiting && !ended) {
        await new Promise<void>(resolve => {
          arrived = resolve
        })
      }
      const frame = waiting
      waiting = undefined
      return frame
    },
  }
}
