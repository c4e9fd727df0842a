/** A run's folder, opened for questions. */
export interface OpenRun {
  /** Absolute. */
  readonly path: string
  /** The folder's name. */
  readonly name: string
  /** Kept snapshots now, rising: a run that is going on makes more. */
  steps(): Promise<readonly number[]>
  /** Frees the models that are held. */
  dispose(): void
}

export interface OpenRunOptions {
  /** Default: `auto`. */
  readonly backend?: string | undefined
  /** Tokenizers to compare with, beside those of the runs in the same folder: name to path. Default: none. */
  readonly tokenizers?: Readonly<Record<string, string>> | undefined
}
