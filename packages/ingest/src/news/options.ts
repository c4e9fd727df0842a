import { availableParallelism } from 'node:os'
import { maxDocumentBytes } from '@sluice/pipeline'
import type { PageContent } from '../html/extract.ts'
import type { ColumnMapping } from '../jsonl/columns.ts'
import type { OnError } from '../source/bad-records.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'

/** What a file of news is. */
export type NewsFormat = 'warc' | 'feed' | 'html' | 'jsonl'

export interface NewsOptions extends Omit<FilesOptions, 'encoding'> {
  /** What the files are. Default `'auto'`: each is looked at. */
  readonly format?: 'auto' | NewsFormat
  /** Of a web page, the article in it or all its text. Default `'article'`. */
  readonly content?: PageContent
  /** Whether a text begins with its title. Default false: the title is metadata. */
  readonly titles?: boolean
  /** Columns of JSON Lines, where they do not have one of the usual names. */
  readonly columns?: ColumnMapping
  /** What a record that cannot be read does: end the reading, or be left out and counted. Default `'error'`. */
  readonly onError?: OnError
  /** Bytes of a web page, as sent and unpacked, over which it is left out. Default 4 MiB. */
  readonly maxPageBytes?: number
  /** Bytes of any other record over which it is left out. Default 256 MiB. */
  readonly maxRecordBytes?: number
  /** Threads that extract articles; 0 for the one that reads. Default: one less than the machine's cores, at least 1 and at most 8. */
  readonly threads?: number
}

export type NewsSettings = Required<Omit<NewsOptions, 'encoding'>> & { readonly encoding: string }

export function newsSettings(options: NewsOptions): NewsSettings {
  return {
    format: 'auto',
    content: 'article',
    titles: false,
    columns: {},
    onError: 'error',
    maxPageBytes: 4 * 1024 * 1024,
    maxRecordBytes: 256 * 1024 * 1024,
    threads: Math.max(1, Math.min(8, availableParallelism() - 1)),
    ...options,
    ...filesDefaults({ maxDocumentBytes, ...options }, 'news'),
  }
}
