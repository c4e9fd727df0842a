import { type Frame, run, type Sink, type Source, type Stage } from '@sluice/pipeline'

/**
 * What a source gives after some stages, pulled frame by frame: a run whose sink hands each frame over and waits until the
 * next one is asked for. Leaving the loop stops the run.
 */
export async function* frames(options: {
  source: Source
  stages: readonly Stage[]
  seed: number
  signal: AbortSignal
}): AsyncGenerator<Frame> {
  const handover = createHandover()
  const { seed, signal } = options
  const running = run({ source: options.source, stages: [...options.stages], sink: handover.sink, seed, signal })
  running.done.then(handover.end, handover.end)
  try {
    for (let frame = await handover.next(); frame; frame = await handover.next()) yield frame
  } finally {
    running.stop()
    handover.release()
  }
  await running.done
}

/** Room for one frame between a sink and a loop. */
function createHandover() {
  let waiting: Frame | undefined
  let ended = false
  let taken: () => void = () => {}
  let arrived: () => void = () => {}
  const sink: Sink = {
    id: 'pull',
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
