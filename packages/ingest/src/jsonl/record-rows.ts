import { type DocumentRow, maxDocumentBytes } from '@sluice/pipeline'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import { type ColumnMapping, columnReader } from './columns.ts'
import { BadRecord } from './records.ts'

export interface RecordOptions {
  readonly columns?: ColumnMapping
  readonly maxDocumentBytes?: number
}

/** One record's document: one row or, when it is long, its parts; none when its text is empty. */
export type RecordRows = (record: Record<string, unknown>, source: string, defaultId: string) => DocumentRow[]

/** Makes the function from a record to its rows. It throws BadRecord for a record that has no text. */
export function recordRows(options: RecordOptions): RecordRows {
  const { columns = {}, maxDocumentBytes: limit = maxDocumentBytes } = options
  const read = columnReader(columns)
  return (record, source, defaultId) => {
    const { text, id = defaultId, row } = read(record)
    if (text === undefined) throw withoutText(record, columns)
    if (text === '') return []
    const parts = fits(text, limit) ? [text] : partsOf(text, Math.min(limit, partBytes))
    return parts.map((part, i) => ({ id, text: part, source, part: i, last: i === parts.length - 1, ...row }))
  }
}

function withoutText(record: object, { text }: ColumnMapping): BadRecord {
  const names = Object.keys(record)
  const found = names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '')
  const expected = text === undefined ? 'a column of text' : `text in ${[text].flat().join(' or ')}`
  return new BadRecord(`expected ${expected}, found ${found || 'no column'}`, 'set "columns": { "text": "…" }')
}
