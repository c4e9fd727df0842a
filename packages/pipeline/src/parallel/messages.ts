import type { Json } from '../contract/frame.ts'
import type { BuildContext } from '../registry/build.ts'
import type { SentBatch } from './sent-batch.ts'

/** What a worker of a stage is started with: what the stage is built from. */
export interface StageStart {
  readonly module: string
  readonly kind: string
  readonly use: string
  readonly config: unknown
  readonly context: Pick<BuildContext, 'id' | 'baseDir' | 'seed' | 'scratchDir'>
  /** The run's. */
  readonly seed: number
}

/** A frame's batch to work on. */
export interface StageAsk {
  readonly batch: SentBatch
  readonly note: Json | undefined
}

/** What became of it; no batches where it stays as it was. */
export interface StageAnswer {
  /** The memory in which the batch was sent: another may be sent in it. */
  readonly room: ArrayBuffer
  readonly batches?: readonly SentBatch[]
  readonly note?: Json
}
