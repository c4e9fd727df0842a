import type { HttpOptions } from './settings.ts'
import type { Version } from './version.ts'

/** A file on a server, as its readers know it. */
export interface RemoteFile {
  /** For messages. */
  readonly name: string
  readonly address: URL
  readonly settings: Required<HttpOptions>
  readonly signal: AbortSignal | undefined
  /** What it was when it was first opened, here or by the run that is resumed: every later opening must find the same. */
  version: Version | undefined
  warn(message: string): void
}
