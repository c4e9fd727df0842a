import type { Json } from '@sluice/pipeline'
import type { FileReader } from '../bytes/file.ts'

/** One file of a corpus. */
export interface CorpusFile {
  /**
   * What it is called in ids, cursors and messages: the same on every machine where the config is the same. Relative to the
   * config's folder, with forward slashes; absolute where the config said so; `npm:<package>/<file>` inside a package; the
   * address of one on a server; `stdin`.
   */
  readonly name: string
  /** Where it lies. */
  readonly path: string
  /** Opens it, where it does not lie on this machine. */
  readonly open?: () => Promise<FileReader>
  /** What tells whether it is still the same, once it has been opened; for cursors. */
  readonly version?: () => Json | undefined
  /** Holds it to what a cursor said of it. */
  readonly expect?: (version: Json) => void
}
