import type { Schema, TypeMap } from 'apache-arrow'
import type { Frame, Json } from './frame.ts'
import type { StageContext } from './stage.ts'

/** How a run ended: its input did, somebody stopped it, or it failed. */
export type Outcome = 'finished' | 'stopped' | 'failed'

/** Consumes frames, one after the other, and acknowledges each by resolving. */
export interface Sink<I extends TypeMap = any> {
  readonly id: string
  /** Checks the schema it will be given; throws `SchemaError`. */
  accept?(input: Schema<I>): void
  open?(context: StageContext, from: Json | undefined): Promise<void>
  consume(frame: Frame<I>): Promise<void> | void
  /** Called exactly once, after the last `consume`, also when the run failed. */
  close?(outcome: Outcome): Promise<void>
}
