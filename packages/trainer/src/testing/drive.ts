import type { Blocks, Frame, Json, RunEvent, Stage, StageContext, StepFrame, Steps } from '@sluice/pipeline'
import { from, lastValueFrom, type Observable, tap, toArray } from 'rxjs'

export interface Driven {
  frames: StepFrame<Steps>[]
  events: RunEvent[]
}

/** Runs a train stage by hand: every frame counts as consumed once `consume` has returned. */
export async function drive(
  stage: Stage<Blocks, Steps>,
  input: readonly Frame<Blocks>[] | Observable<Frame<Blocks>>,
  options: {
    seed?: number
    from?: Json
    signal?: AbortSignal
    consume?: (frame: StepFrame<Steps>) => void | Promise<void>
  } = {},
): Promise<Driven> {
  const events: RunEvent[] = []
  const consumed = new WeakMap<object, Promise<void>>()
  let last = Promise.resolve()
  const context: StageContext = {
    seed: options.seed ?? 1,
    signal: options.signal ?? new AbortController().signal,
    emit: event => events.push(event),
    whenConsumed: position => consumed.get(position as object) ?? Promise.reject(new Error('never emitted')),
  }
  await stage.open?.(context, options.from)
  try {
    const output = stage.apply(
      Array.isArray(input) ? from(input as Frame<Blocks>[]) : (input as Observable<Frame<Blocks>>),
    )
    const frames = await lastValueFrom(
      output.pipe(
        tap(frame => {
          const done = Promise.resolve(options.consume?.(frame as StepFrame<Steps>))
          consumed.set(frame.cursor[stage.id] as object, done)
          last = done
        }),
        toArray(),
      ),
    )
    if (!options.signal?.aborted) await last
    return { frames: frames as StepFrame<Steps>[], events }
  } finally {
    await stage.close?.()
  }
}

/** A column of the rows of all frames. */
export function column(frames: readonly StepFrame<Steps>[], name: keyof Steps): number[] {
  return frames.flatMap(({ batch }) => Array.from(batch.getChild(name) ?? [], value => value as number))
}
