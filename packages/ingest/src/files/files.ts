import type { Documents, Json, Source } from '@sluice/pipeline'
import { arrowReader } from '../arrow/arrow.ts'
import { csvDefaults, csvReader } from '../csv/csv.ts'
import { jsonListReader } from '../json/list.ts'
import type { ColumnMapping } from '../jsonl/columns.ts'
import { jsonlReader } from '../jsonl/jsonl.ts'
import { parquetReader } from '../parquet/parquet.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'
import type { TextUnit } from '../text/split.ts'
import { textReader } from '../text/text.ts'
import { type FileFormat, filesExtensions, formatOf } from './format.ts'

export interface AnyFilesOptions extends FilesOptions {
  /** Columns by name or dotted path, where their names do not tell; of several for the text those that are there are joined. */
  readonly columns?: ColumnMapping
  /** Whether columns of Parquet and Arrow that are mapped to nothing are read, as metadata. Default true. */
  readonly metadata?: boolean
  /** What a record does that is damaged or has no text. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
  /** What a document is in plain text. Default `'file'`. */
  readonly documents?: TextUnit
  /** What separates fields in CSV. Default `'auto'`. */
  readonly separator?: string
  /** Whether the first record of CSV names the columns. Default true. */
  readonly header?: boolean
}

/**
 * JSON Lines and lists of JSON, CSV and TSV, Parquet, Arrow and plain text, mixed as they come: each file is read as what it is.
 * Columns are judged file by file, and record by record in JSON, so they may differ.
 *
 * @throws DataError for a damaged file, or a bad record unless `onError` is `'skip'`
 */
export function files(options: AnyFilesOptions): Source<Documents> {
  const settings = {
    ...csvDefaults,
    metadata: true,
    documents: 'file' as const,
    maxLineBytes: 256 * 1024 * 1024,
    ...options,
    ...filesDefaults(options, 'files'),
  }
  const readers: Readonly<Record<FileFormat, FormatReader<any>>> = {
    jsonl: jsonlReader(settings),
    json: jsonListReader(settings),
    csv: csvReader(settings),
    parquet: parquetReader(settings),
    arrow: arrowReader(settings),
    text: textReader(settings),
  }
  const read: FormatReader<Json> = async function* (file, from, context) {
    yield* readers[await formatOf(file)](file, from, context)
  }
  return filesSource({ ...settings, extensions: filesExtensions, read })
}
