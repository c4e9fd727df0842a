import type { Json } from '../contract/frame.ts'
import type { BuildContext } from '../registry/build.ts'

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

/** A frame to work on, as an Arrow IPC stream. */
export interface StageAsk {
  readonly frame: Uint8Array<ArrayBuffer>
  readonly note: Json | undefined
}

/** What became of it: frames as Arrow IPC streams; none where the batch stays as it was. */
export interface StageAnswer {
  /** The memory in which the frame was sent: another may be sent in it. */
  readonly room: ArrayBuffer
  readonly frames?: readonly Uint8Array<ArrayBuffer>[]
  readonly note?: Json
}
