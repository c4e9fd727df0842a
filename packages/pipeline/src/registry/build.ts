import type { RunEvent } from '../events.ts'

/** What a kind may know of the run when it builds an instance. */
export interface BuildContext {
  /** Id the instance must carry. */
  readonly id: string
  /** Folder of the config: relative paths are relative to it. */
  readonly baseDir: string
  readonly seed: number
  /** Folder of the run for what must be written down, such as standard input as it is read; undefined where nothing is kept. */
  readonly scratchDir?: string | undefined
  readonly signal: AbortSignal
  emit(event: RunEvent): void
}
