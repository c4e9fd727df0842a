import { DataError, type DocumentRow, type Documents, type Source } from '@sluice/pipeline'
import type { ColumnMapping } from '../jsonl/columns.ts'
import { recordRows } from '../jsonl/record-rows.ts'
import { BadRecord } from '../jsonl/records.ts'
import { rolesOf } from '../jsonl/roles.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { partBytes } from '../pieces/parts.ts'
import { type FormatReader, filesSource, type ReaderContext } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults, pieceBytes } from '../source/options.ts'
import { openParquet } from './file.ts'
import { plainRecord } from './plain.ts'

export interface ParquetOptions extends Omit<FilesOptions, 'encoding'> {
  /** Columns by name, where their names do not tell. Default: the usual names, see `usualNames`. */
  readonly columns?: ColumnMapping
  /** Whether columns that are mapped to nothing are read, as metadata. Default true; false reads fewer bytes. */
  readonly metadata?: boolean
  /** What a row without text, or a row group that is damaged, does. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
}

/** A place in a Parquet file: rows before it in the row group, and parts before it of the next row's document. */
export type ParquetPosition = { readonly group: number; readonly row: number; readonly parts?: number }

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

const withoutText = ['record without text', 'records without text'] as const
const badRow = ['bad row', 'bad rows'] as const
const badGroup = ['damaged row group', 'damaged row groups'] as const

function parquetReader(settings: Required<ParquetOptions>): FormatReader<ParquetPosition> {
  const rowsOf = recordRows(settings)
  const most = pieceBytes(settings)
  return async function* read(file, from, context) {
    const opened = await openParquet(file)
    const names = settings.metadata ? undefined : wanted(opened.columns, settings.columns)
    let before = 0
    try {
      for (const [group, count] of opened.groups.entries()) {
        before += count
        if (group < (from?.group ?? 0)) continue
        const records = await opened.rows(group, names).catch(cause => {
          const fault = damaged(file, group, cause)
          if (settings.onError === 'error') throw fault
          context.warn(`${file.name}: ${fault.place}: ${fault.message}; such row groups are left out`)
          context.leaveOut(badGroup)
          return []
        })
        let rows: DocumentRow[] = []
        let bytes = 0
        const first = group === from?.group ? from.row : 0
        for (let row = first; row < records.length; row++) {
          const number = before - count + row + 1
          let made: DocumentRow[]
          try {
            made = rowsFor(records[row]!, `${file.name}#${number}`, number, file, context)
          } catch (error) {
            // What was read before the fault is whole.
            if (rows.length > 0) yield { rows, bytes, position: { group, row } }
            throw error
          }
          if (made.length > 1) {
            if (rows.length > 0) yield { rows, bytes, position: { group, row } }
            const skip = group === from?.group && row === first ? (from.parts ?? 0) : 0
            for (let part = skip; part < made.length - 1; part++) {
              yield { rows: [made[part]!], bytes: partBytes, position: { group, row, parts: part + 1 } }
            }
            rows = []
            bytes = 0
            made = made.slice(-1)
          }
          for (const each of made) {
            rows.push(each)
            bytes += each.text.length
          }
          if (bytes >= most) {
            yield { rows, bytes, position: { group, row: row + 1 } }
            rows = []
            bytes = 0
          }
        }
        yield { rows, bytes, position: { group: group + 1, row: 0 } }
      }
    } finally {
      await opened.close()
    }
  }

  function rowsFor(
    record: Record<string, unknown>,
    id: string,
    number: number,
    file: CorpusFile,
    context: ReaderContext,
  ): DocumentRow[] {
    try {
      const made = rowsOf(plainRecord(record), context.id, id)
      if (made.length === 0) context.leaveOut(withoutText)
      return made
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error
      const advice = error.advice ?? 'set "onError": "skip"'
      if (settings.onError === 'error')
        throw new DataError(error.message, { file: file.name, place: `row ${number}`, advice })
      context.warn(`${file.name}: row ${number}: ${error.message}; such rows are left out`)
      context.leaveOut(badRow)
      return []
    }
  }
}

function damaged(file: CorpusFile, group: number, cause: unknown): DataError {
  return new DataError(`it cannot be unpacked (${(cause as Error).message})`, {
    file: file.name,
    place: `row group ${group + 1}`,
    advice: 'fetch the file again, or set "onError": "skip" to go on after it',
    cause,
  })
}

/** The columns that a document has a place for. */
function wanted(columns: readonly string[], mapping: ColumnMapping): string[] {
  const mapped = new Set(
    Object.values(mapping)
      .flat()
      .map(path => path?.split('.')[0]),
  )
  const roleOf = rolesOf(mapping)
  return columns.filter(name => mapped.has(name) || roleOf(name) !== null)
}
