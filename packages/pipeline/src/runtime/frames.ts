import type { Frame } from '../contract/frame.ts'
import type { StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { handover } from '../parallel/handover.ts'
import { type RunOptions, run } from './run.ts'

export interface FramesOptions extends Omit<RunOptions, 'sink'> {
  /** Takes the events of that run. Default: nobody hears them. */
  readonly emit?: (event: RunEvent) => void
  /** Given what a sink is given when the run opens: `savedStates`, for one. */
  readonly open?: (context: StageContext) => void | Promise<void>
}

/**
 * What a source gives after some stages, pulled frame by frame: a run whose sink takes a frame only when one is asked for. Leaving the
 * loop stops the run.
 */
export async function* frames(options: FramesOptions): AsyncGenerator<Frame> {
  const { emit, open, ...rest } = options
  const { next, release, sink } = handover('pull', { open: async context => open?.(context) })
  const running = run({ ...rest, sink })
  if (emit) running.events$.subscribe(emit)
  // Who asks for a frame must not wait for one that cannot come; the error is thrown below.
  running.done.catch(release)
  try {
    for (let frame = await next(); frame; frame = await next()) yield frame
  } finally {
    running.stop()
    release()
    // Whoever leaves the loop may rely on it that everything is closed. What failed is thrown below, or was not waited for.
    await running.done.catch(() => {})
  }
  await running.done
}
