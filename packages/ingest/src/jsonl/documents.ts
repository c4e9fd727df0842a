import { type DocumentRow, maxDocumentBytes } from '@sluice/pipeline'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import { type ColumnMapping, columnReader } from './columns.ts'
import { BadRecord, recordOf } from './records.ts'

export interface LineOptions {
  readonly columns?: ColumnMapping
  readonly maxDocumentBytes?: number
}

/** One line's document: one row or, when it is long, its parts; none when its text is empty. */
export type LineReader = (line: string, source: string, defaultId: string) => DocumentRow[]

/** Makes the function from a line to its rows. It throws BadRecord for a line that is no record or has no text. */
export function lineReader(options: LineOptions): LineReader {
  const { columns = {}, maxDocumentBytes: limit = maxDocumentBytes } = options
  const read = columnReader(columns)
  return (line, source, defaultId) => {
    const record = recordOf(line)
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
