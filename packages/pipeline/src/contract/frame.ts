import type { RecordBatch, TypeMap } from 'apache-arrow'

/** What may stand in a cursor or a state file: plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Where everything must start again: instance id (`"wiki"`, `"mix"`, `"shuffle"`) to that instance's own position.
 * A cursor is a value: stages copy and extend it, they never change one.
 */
export type Cursor = Readonly<Record<string, Json>>

/**
 * An Arrow record batch plus where it stands in the run. (Not a data frame.)
 *
 * A stage that changes the batch keeps `cursor` and `seq`; a stage that drops every row passes the empty batch on, so that
 * progress always reaches the sink; a stage that gathers emits, with each of its own frames, the cursor of its window's
 * first frame plus its own entry, and the `seq` of the newest source frame it no longer needs.
 */
export interface Frame<T extends TypeMap = any> {
  readonly batch: RecordBatch<T>
  /** Where everything must start again if this frame is the last one consumed. */
  readonly cursor: Cursor
  /** The newest source emission (1, 2, 3 …; 0 for none) that nothing upstream still needs once this frame is consumed. */
  readonly seq: number
}
