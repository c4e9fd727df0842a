import type { DocumentRow } from '@sluice/pipeline'
import { type RecordOptions, recordRows } from './record-rows.ts'
import { recordOf } from './records.ts'

/** One line's document: one row or, when it is long, its parts; none when its text is empty. */
export type LineReader = (line: string, source: string, defaultId: string) => DocumentRow[]

/** Makes the function from a line to its rows. It throws BadRecord for a line that is no record or has no text. */
export function lineReader(options: RecordOptions): LineReader {
  const rowsOf = recordRows(options)
  return (line, source, defaultId) => rowsOf(recordOf(line), source, defaultId)
}
