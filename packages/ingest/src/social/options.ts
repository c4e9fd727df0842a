import type { OnError } from '../source/bad-records.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'
import type { Normalization } from './normalize.ts'

export interface SocialOptions extends FilesOptions, Normalization {
  /** Joins the comments of Reddit under their posts: a document is a thread. Default false: a document is a post or comment. */
  readonly threads?: boolean
  /** Bytes of records in which a thread is joined; what is further apart becomes several documents. Default 64 MiB. */
  readonly threadBytes?: number
  /** What a record that is no post does: end the reading, or be left out and counted. Default `'error'`. */
  readonly onError?: OnError
  /** Bytes over which a record is left out. Default 16 MiB. */
  readonly maxRecordBytes?: number
}

export type SocialSettings = Required<SocialOptions>

export function socialSettings(options: SocialOptions): SocialSettings {
  return {
    threads: false,
    threadBytes: 64 * 1024 * 1024,
    onError: 'error',
    maxRecordBytes: 16 * 1024 * 1024,
    markup: 'plain',
    links: 'keep',
    users: 'mask',
    ...options,
    ...filesDefaults(options, 'social'),
  }
}
