/** One file of a corpus. */
export interface CorpusFile {
  /**
   * What it is called in ids, cursors and messages: the same on every machine where the config is the same. Relative to the
   * config's folder, with forward slashes; absolute where the config said so; `npm:<package>/<file>` inside a package.
   */
  readonly name: string
  /** Where it lies. */
  readonly path: string
}
