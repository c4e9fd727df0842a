import type { RunEvent } from '../events.ts'

/** What a kind may know of the run when it builds an instance. */
export interface BuildContext {
  /** Id the instance must carry. */
  readonly id: string
  /** Folder of the config: relative paths are relative to it. */
  readonly baseDir: string
  readonly seed: number
  /** The run's scratch space for what must be written down (spooled input, spilled counts). */
  readonly scratchDir: string
  readonly signal: AbortSignal
  emit(event: RunEvent): void
}
