import { DataError, type DocumentRow } from '@sluice/pipeline'
import type { ColumnMapping } from '../jsonl/columns.ts'
import { recordRows } from '../jsonl/record-rows.ts'
import { BadRecord } from '../jsonl/records.ts'
import { plainRecord } from '../parquet/plain.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import { breather } from '../source/breathe.ts'
import type { Batch, ReaderContext } from '../source/files-source.ts'
import { pieceBytes } from '../source/options.ts'
import { isOwn, ownRow } from './own.ts'

/** A place in a file of tables: rows before it in the group, and parts before it of the next row's document. */
export type TablePosition = { readonly group: number; readonly row: number; readonly parts?: number }

export interface TableSettings {
  readonly columns: ColumnMapping
  readonly onError: 'error' | 'skip'
  readonly maxDocumentBytes: number
  readonly frameBytes: number
}

/** Rows that are in memory together: a row group, a record batch. */
export interface Group {
  readonly number: number
  /** Names of its columns. */
  readonly columns: readonly string[]
  readonly length: number
  /** One row by column. */
  record(row: number): Record<string, unknown>
  /** Rows before it in the file. */
  readonly before: number
  /** The rest of it is damaged: its end is no place to go on from. */
  readonly cut?: true
}

const withoutText = ['record without text', 'records without text'] as const
const badRow = ['bad row', 'bad rows'] as const

/** Makes the function from a group to its documents, from a place in it on. Files of `writeDocuments` give what was written. */
export function groupReader(settings: TableSettings) {
  const rowsOf = recordRows(settings)
  const most = pieceBytes(settings)
  const mapped = Object.keys(settings.columns).length > 0

  return async function* read(
    group: Group,
    from: TablePosition | undefined,
    file: CorpusFile,
    context: ReaderContext,
  ): AsyncGenerator<Batch<TablePosition>, void, undefined> {
    const { number } = group
    const own = !mapped && isOwn(group.columns)
    const breathe = breather()
    const start = from?.group === number ? from : undefined
    let rows: DocumentRow[] = []
    let bytes = 0
    for (let row = start?.row ?? 0; row < group.length; row++) {
      let made: DocumentRow[]
      try {
        made = rowsFor(group.record(row), own, group.before + row + 1, file, context)
      } catch (error) {
        // What was read before the fault is whole.
        if (rows.length > 0) yield { rows, bytes, position: { group: number, row } }
        throw error
      }
      if (made.length > 1) {
        if (rows.length > 0) yield { rows, bytes, position: { group: number, row } }
        const skip = row === start?.row ? (start.parts ?? 0) : 0
        for (let part = skip; part < made.length - 1; part++) {
          yield { rows: [made[part]!], bytes: partBytes, position: { group: number, row, parts: part + 1 } }
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
        yield { rows, bytes, position: { group: number, row: row + 1 } }
        rows = []
        bytes = 0
        await breathe()
      } else if ((row & 255) === 0) await breathe()
    }
    yield { rows, bytes, position: group.cut ? { group: number, row: group.length } : { group: number + 1, row: 0 } }
  }

  function rowsFor(
    record: Record<string, unknown>,
    own: boolean,
    number: number,
    file: CorpusFile,
    context: ReaderContext,
  ): DocumentRow[] {
    const written = own ? ownRow(record, context.id) : undefined
    if (written !== undefined) return wholeOrParts(written)
    try {
      const made = rowsOf(plainRecord(record), context.id, `${file.name}#${number}`)
      if (made.length === 0) context.leaveOut(withoutText)
      return made
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error
      const advice = error.advice ?? 'set "onError": "skip"'
      if (settings.onError === 'error') {
        throw new DataError(error.message, { file: file.name, place: `row ${number}`, advice })
      }
      context.warn(`${file.name}: row ${number}: ${error.message}; such rows are left out`)
      context.leaveOut(badRow)
      return []
    }
  }

  /** One that was written whole under a larger limit is cut as any other. */
  function wholeOrParts(written: DocumentRow): DocumentRow[] {
    if (written.part !== 0 || written.last !== true || fits(written.text, settings.maxDocumentBytes)) return [written]
    const parts = partsOf(written.text, Math.min(settings.maxDocumentBytes, partBytes))
    return parts.map((text, i) => ({ ...written, text, part: i, last: i === parts.length - 1 }))
  }
}
