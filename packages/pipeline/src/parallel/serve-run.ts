import { Subject, takeUntil } from 'rxjs'
import type { SavedStates, Stage, StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { encodeFrame } from '../ipc/encode-frame.ts'
import { type RunOptions, run } from '../runtime/run.ts'
import { serve } from '../threads/serve.ts'
import { handover } from './handover.ts'

/** What the thread that a run goes on in is asked. */
export type RunAsk =
  | 'next'
  /** What stages want kept. */
  | 'save'
  /** To read no more, and come to an end. */
  | 'stop'

export type RunAnswer =
  | { readonly frame: Uint8Array<ArrayBuffer> }
  | { readonly saved: ReadonlyMap<string, readonly Uint8Array[]> }
  /** There are no more frames; what stages want kept at the end. */
  | { readonly ended: ReadonlyMap<string, readonly Uint8Array[]> }

/** Id of what cuts the run off: no part of it for others. */
export const cutId = '(cut)'

/**
 * The program of a thread in which the beginning of a run goes on: see `sourceApart`.
 *
 * @param prepare from what the thread was started with to the run, which gets its sink here
 */
export function serveRun(
  prepare: (started: any, emit: (event: RunEvent) => void) => Promise<Omit<RunOptions, 'sink'>>,
): Promise<void> {
  return serve(async (started, tell) => {
    const options = await prepare(started, tell)
    let lent: StageContext | undefined
    /** What stages wanted kept when there were no more frames; they are closed since. */
    let kept: ReadonlyMap<string, readonly Uint8Array[]> | undefined
    const save = async () => kept ?? copied((await lent?.savedStates?.()) ?? new Map())
    const frames = handover('thread', {
      async open(context) {
        lent = context
      },
      async close() {
        kept = await save()
      },
    })
    const cut = new Subject<void>()
    // What is in flight when nobody wants more need not be brought to its end.
    const end: Stage = { id: cutId, schema: input => input, apply: takeUntil(cut) }
    const running = run({ ...options, stages: [...options.stages, end], sink: frames.sink })
    running.events$.subscribe(tell)
    // Who asks is told.
    running.done.catch(() => frames.release())
    const ended = async () => {
      await running.done
      return { answer: { ended: await save() } satisfies RunAnswer }
    }
    return async (ask: RunAsk) => {
      if (ask === 'save') return { answer: { saved: await save() } satisfies RunAnswer }
      if (ask === 'stop') {
        running.stop()
        cut.next()
        frames.release()
        return ended()
      }
      const frame = await frames.next()
      if (!frame) return ended()
      const bytes = encodeFrame(frame)
      return { answer: { frame: bytes } satisfies RunAnswer, handOver: [bytes.buffer] }
    }
  })
}

function copied(states: SavedStates): ReadonlyMap<string, readonly Uint8Array[]> {
  return new Map([...states].map(([id, chunks]) => [id, [...chunks]]))
}
