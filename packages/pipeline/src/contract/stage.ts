import type { RecordBatch, Schema, TypeMap } from 'apache-arrow'
import type { OperatorFunction } from 'rxjs'
import type { RunEvent } from '../events.ts'
import type { Frame, Json } from './frame.ts'

/** What stages want kept beside a cursor: the bytes of a file, by the stage's id. */
export type SavedStates = ReadonlyMap<string, Iterable<Uint8Array>>

/** What the runner lends to a stage or sink for the length of a run. */
export interface StageContext {
  /** The run's seed. Randomness is a pure function of (seed, stream name, index): see `random/`. */
  readonly seed: number
  /** Aborted when the run ends early. */
  readonly signal: AbortSignal
  /** Publishes an event of this run. */
  emit(event: RunEvent): void
  /**
   * Resolves once the sink has consumed a frame that carries `position` (the very object) under this stage's id, or a later
   * one. A stage whose frames offer something that its next step destroys (the trainer's `snapshot()`) waits for it.
   */
  whenConsumed(position: Json): Promise<void>
  /** Tells the run that the stage is at work elsewhere (a thread, another machine), though nothing moves: else it may seem stuck. */
  alive?(): void
  /** For a stage that resumes and has a `save`: the file that holds what it saved. */
  readonly saved?: string
  /**
   * For a sink that writes checkpoints: what each stage with a `save` wants kept beside the cursor, by the stage's id, as it
   * is at the time of the call.
   */
  savedStates?(): SavedStates | Promise<SavedStates>
}

/** What work on a batch has made of it. */
export interface Worked<O extends TypeMap = any> {
  /** Left out: the batch as it was. */
  readonly batches?: readonly RecordBatch<O>[]
  /** What the books are told beside it: plain JSON. */
  readonly note?: Json
}

/**
 * A stage in two halves, for one that keeps counts or a position although its work on a batch needs nothing of them. The work is done
 * by any number of workers, each with an instance of its own; the books are kept on the run's thread, in the order of the frames.
 */
export interface Divided<I extends TypeMap = any, O extends TypeMap = I> {
  readonly work: {
    open?(context: StageContext): Promise<void>
    /** A pure function of the batch and of what `before` has noted for it. */
    apply(batch: RecordBatch<I>, note: Json | undefined): Worked<O> | Promise<Worked<O>>
    close?(): Promise<void>
  }
  readonly books: {
    open?(context: StageContext, from: Json | undefined): Promise<void>
    /** A frame has come: what the work on it must know. */
    before?(frame: Frame<I>): Json
    /** It has been worked on: what goes on. */
    after(frame: Frame<I>, worked: Worked<O>): Frame<O>
    close?(): Promise<void>
  }
}

/** An RxJS operator over frames, with a life cycle. Two stages compose to a stage: see `pipe`. */
export interface Stage<I extends TypeMap = any, O extends TypeMap = any> {
  /** Names this instance in cursors, counters and errors. Unique within a run. */
  readonly id: string
  /** Pure: the whole chain of schemas is checked before a byte is read. Throws `SchemaError` for an input it cannot take. */
  schema(input: Schema<I>): Schema<O>
  /** Bytes that the stage must gather before it can emit. Added to the gate's mark, and twice to the memory that a run needs. */
  readonly window?: number
  /**
   * Bytes that the stage keeps at this moment beside the frames in hand: what it has gathered, tables of what it has seen. Told in
   * its counters; up to `window` of it counts as in flight.
   */
  held?(): number
  /**
   * Set where the stage may run in several workers (see `inWorkers`): it keeps nothing between frames, so that `apply` makes of each
   * frame by itself what it makes of it among others; or it says in `divided` what of it does.
   */
  readonly parallel?: 'stateless'
  readonly divided?: Divided<I, O>
  /** How many workers it runs in; left out: in none. */
  readonly workers?: number
  /** @param from this stage's own entry of the cursor the run resumes at; undefined means the beginning. */
  open?(context: StageContext, from: Json | undefined): Promise<void>
  /**
   * Frames in, frames out. Where each frame goes on under the very cursor it came with (`{ ...frame, batch }`), the runner
   * restores the order that an asynchronous operator loses; a stage that makes its own cursors, or declares a window, must
   * emit in order.
   */
  readonly apply: OperatorFunction<Frame<I>, Frame<O>>
  close?(): Promise<void>
  /**
   * State that is more than a few numbers (a table of what was seen), as the bytes of a file of the checkpoint. A checkpoint's
   * cursor is older than the present: so the state only ever grows, and the stage's entry of the cursor says how much of it
   * belongs to that frame; `open` takes the rest away. What the iterable gives is as it was when `save` was called, however
   * late it is asked for.
   */
  save?(): Iterable<Uint8Array>
}
