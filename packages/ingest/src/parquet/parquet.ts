import { DataError, type Documents, type Source } from '@sluice/pipeline'
import type { ColumnMapping } from '../jsonl/columns.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'
import { groupReader, type TablePosition } from '../table/group.ts'
import { wantedColumns } from '../table/wanted.ts'
import { openParquet } from './file.ts'

export interface ParquetOptions extends Omit<FilesOptions, 'encoding'> {
  /** Columns by name, where their names do not tell. Default: the usual names, see `usualNames`. */
  readonly columns?: ColumnMapping
  /** Whether columns that are mapped to nothing are read, as metadata. Default true; false reads fewer bytes. */
  readonly metadata?: boolean
  /** What a row without text, or a row group that is damaged, does. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
}

/**
 * Parquet files, of any compression, a row group at a time: that much is held. A row without an id is `name#<row>`, counted from 1
 * through the file.
 *
 * @throws DataError for a damaged file, or a row without text unless `onError` is `'skip'`
 */
export function parquet(options: ParquetOptions): Source<Documents> {
  const settings = {
    columns: {},
    metadata: true,
    onError: 'error' as const,
    ...options,
    ...filesDefaults(options, 'parquet'),
  }
  return filesSource({ ...settings, extensions: ['.parquet'], read: parquetReader(settings) })
}

const badGroup = ['damaged row group', 'damaged row groups'] as const

export function parquetReader(settings: Required<ParquetOptions>): FormatReader<TablePosition> {
  const documents = groupReader(settings)
  return async function* read(file, from, context) {
    const opened = await openParquet(file)
    const columns = settings.metadata ? opened.columns : wantedColumns(opened.columns, settings.columns)
    let before = 0
    try {
      for (const [number, count] of opened.groups.entries()) {
        if (number >= (from?.group ?? 0)) {
          const { length, record, fault } = await opened.rows(number, settings.metadata ? undefined : columns)
          const group = {
            number,
            columns,
            length,
            before,
            record,
            ...(fault === undefined ? {} : { cut: true as const }),
          }
          yield* documents(group, from, file, context)
          if (fault !== undefined) {
            const told = damaged(file, { group: number, row: before + length }, fault)
            if (settings.onError === 'error') throw told
            context.warn(`${file.name}: ${told.place}: ${told.message}; the rest of such row groups is left out`)
            context.leaveOut(badGroup)
          }
        }
        before += count
      }
    } finally {
      await opened.close()
    }
  }
}

function damaged(file: CorpusFile, { group, row }: { group: number; row: number }, cause: unknown): DataError {
  return new DataError(`it cannot be unpacked (${(cause as Error).message})`, {
    file: file.name,
    place: `row group ${group + 1}, row ${row + 1} of the file`,
    advice: 'fetch the file again, or set "onError": "skip" to go on at the next row group',
    cause,
  })
}
