import type { Schema, TypeMap } from 'apache-arrow'
import type { Observable } from 'rxjs'
import type { MemoryUse, RunEvent, StageCounters } from '../events.ts'
import type { Frame, Json } from './frame.ts'
import type { SavedStates } from './stage.ts'

/**
 * Where frames come from. A source is pulled: the runner asks for the next frame only while there is credit, so a source
 * holds no queue of its own and may read straight from a disk or a socket.
 */
export interface Source<O extends TypeMap = any> {
  /** Names this instance in cursors, counters and errors. Unique within a run. */
  readonly id: string
  readonly schema: Schema<O>
  /** Whether `read(undefined)` may be called more than once. False for stdin, for instance. */
  readonly replayable: boolean
  /**
   * Yields frames whose `cursor[id]` is the position just after them; `seq` is set by the runner.
   *
   * @param from the position to continue after; undefined means the beginning. Always one that this source has emitted.
   * @param signal aborted when no more frames are wanted; the iterator then ends and frees what it holds.
   */
  read(from: Json | undefined, signal: AbortSignal): AsyncIterable<Frame<O>>
  /**
   * The files that it reads, as they are now: a run that goes on compares them with those it began with. Asked for before `read`, the
   * source remembers them, and refuses a file that has another size when it comes to it.
   */
  files?(): Promise<Readonly<Record<string, FileState>>>
  /** What it wants known when a run has ended: the runner publishes it as a `note`. */
  summary?(): { readonly message: string; readonly values?: Readonly<Record<string, Json>> } | undefined
  /** For a source with stages in it: what they want kept in a checkpoint, by their ids; see `Stage.save`. */
  savedStates?(): ReadonlyMap<string, Iterable<Uint8Array>>
  /** For a source that stands for several parts of the run. `read` is then given the whole cursor, and frames carry all their entries. */
  readonly apart?: Apart
  /** For a source made of several: what each has given. The runner publishes it as `mixed`, at intervals and at the end. */
  mixed?(): { readonly unit: MixUnit; readonly shares: readonly MixShare[] } | undefined
}

/** What tells whether a file still is the same one, without reading it. */
export interface FileState {
  readonly bytes: number
  /** When it was last written to: milliseconds since 1970. */
  readonly modified: number
}

/** What the weights of a mix count. Tokens where rows are tokens already. */
export type MixUnit = 'bytes' | 'documents' | 'tokens'

/** The beginning of a run that goes on elsewhere (a thread), as the run that goes on with it sees it. */
export interface Apart {
  /** Ids of the source and stages there: their entries in cursors are none of this run's business. */
  readonly parts: readonly string[]
  /** As they were last told. */
  counters(): readonly StageCounters[]
  /** What is told there; nothing is kept for who listens late. */
  readonly events$: Observable<RunEvent>
  /** What is held there, as it was last told; undefined before it was. The process is the same one. */
  memory(): MemoryUse | undefined
  /** What its stages want kept: see `StageContext.savedStates`. Good, too, when all has been read. */
  save(): Promise<SavedStates>
}

/** What a source has given to a mix. */
export interface MixShare {
  readonly id: string
  /** The share asked for, 0 to 1. */
  readonly asked: number
  /** Bytes, documents or tokens given so far, in this run and those it resumed. */
  readonly given: number
  /** Its share of what all have given; 0 before anything was. */
  readonly achieved: number
}
