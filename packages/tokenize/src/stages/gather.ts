import type { Cursor, Frame, Json, StageContext } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { Observable, type OperatorFunction } from 'rxjs'
import { type GatherEntry, Replay } from './replay.ts'

/** What a gathering stage does with batches: the state of one subscription. */
export interface Gatherer {
  /** Units (rows, tokens) that a batch brings. */
  units(batch: RecordBatch): number
  /**
   * Takes a batch in and yields what is complete, having called `use` for the units that are used up with it.
   *
   * @param known so many units of the batch, the first ones, were used before the run was resumed: they are passed over
   */
  take(batch: RecordBatch, known: number): Iterable<RecordBatch>
  /** The input has ended and was not cut short: yields what may go out incomplete. */
  end(): Iterable<RecordBatch>
  /** A batch without rows, of the schema that this stage gives. */
  empty(): RecordBatch
  /** Its own numbers in the cursor, as they are now. */
  entry(): { readonly [key: string]: Json }
  /** Bytes gathered and not gone out. */
  held(): number
}

export interface GatherOptions {
  readonly id: string
  /** What `open` was given. */
  opened(): { context?: StageContext | undefined; from?: GatherEntry | undefined }
  /** Asked for at each subscription. */
  start(use: (units: number) => void, opened: ReturnType<GatherOptions['opened']>): Gatherer
}

/**
 * The operator of a stage that gathers. Every frame that comes in lets at least one out, an empty one if need be, so that
 * progress always reaches the sink. The last one let out for it carries its `seq`: what is kept back then is a copy, which
 * the stage's window accounts for, and no longer the source's frame.
 */
export function gather(options: GatherOptions): { apply: OperatorFunction<Frame, Frame>; held(): number } {
  const { id } = options
  let current: Gatherer | undefined
  const apply: OperatorFunction<Frame, Frame> = upstream =>
    new Observable(subscriber => {
      const opened = options.opened()
      const replay = new Replay(opened.from)
      const gatherer = options.start(units => replay.use(units), opened)
      current = gatherer
      subscriber.add(() => {
        if (current === gatherer) current = undefined
      })
      let seq = 0
      const cursor = (): Cursor => {
        const own: GatherEntry = { upstream: replay.upstream, skip: replay.skip, ...gatherer.entry() }
        return { ...replay.upstream, [id]: own }
      }
      const pass = (batches: Iterable<RecordBatch>, last: number): boolean => {
        let held: Frame | undefined
        for (const batch of batches) {
          if (held) subscriber.next(held)
          if (subscriber.closed) return true
          held = { batch, cursor: cursor(), seq }
        }
        if (held) subscriber.next({ ...held, seq: last })
        return held !== undefined
      }
      return upstream.subscribe({
        next(frame) {
          try {
            const known = replay.received(frame.cursor, gatherer.units(frame.batch))
            if (!pass(gatherer.take(frame.batch, known), frame.seq)) {
              subscriber.next({ batch: gatherer.empty(), cursor: cursor(), seq: frame.seq })
            }
            seq = frame.seq
          } catch (error) {
            subscriber.error(error)
          }
        },
        error: error => subscriber.error(error),
        complete() {
          try {
            // Aborted, the input was cut: what is gathered comes again when the run is resumed.
            if (!opened.context?.signal.aborted) pass(gatherer.end(), seq)
            subscriber.complete()
          } catch (error) {
            subscriber.error(error)
          }
        },
      })
    })
  return { apply, held: () => current?.held() ?? 0 }
}
