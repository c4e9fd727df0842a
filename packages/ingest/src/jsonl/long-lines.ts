import type { DocumentRow } from '@sluice/pipeline'
import { partBytes } from '../pieces/parts.ts'
import { type ColumnMapping, columnReader } from './columns.ts'
import type { FastLines } from './fast-lines.ts'
import { meantLength, meantParts } from './long-strings.ts'
import { BadRecord, recordOf } from './records.ts'

/** A line of valid UTF-8. */
export interface LineAt {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
}

export type PartRow = DocumentRow & { readonly part: number; readonly last: boolean }

export interface LongLineOptions {
  readonly columns: ColumnMapping
  readonly maxDocumentBytes: number
  readonly source: string
  /** Of a record without one. */
  readonly id: string
  readonly breathe: () => Promise<void> | undefined
}

/**
 * The rows of a line whose text is over `maxDocumentBytes`, those that `lineReader` gives, made one at a time: JSON.parse would keep
 * the event loop for a tenth of a second for each 20 MB, and hold the text twice. What is parsed is the line without its text.
 *
 * @returns undefined where the text is not as long, or anything is unusual: the line is to be read another way
 */
export async function longLine(
  fast: FastLines,
  { bytes, from, to }: LineAt,
  options: LongLineOptions,
): Promise<Iterable<PartRow> | undefined> {
  const { columns, maxDocumentBytes: limit, source } = options
  const text = fast.textOf(from, to)
  if (text === undefined || (await meantLength(bytes, text, options.breathe)) <= limit) return undefined
  let record: Record<string, unknown>
  try {
    record = recordOf(bytes.toString('utf8', from, text.start) + bytes.toString('utf8', text.end, to))
  } catch (error) {
    if (error instanceof BadRecord) return undefined
    throw error
  }
  const { id = options.id, row } = columnReader(columns)(record)
  return rows()

  function* rows(): Generator<PartRow, void, undefined> {
    let part = 0
    for (const { text: content, last } of meantParts(bytes, text!, Math.min(limit, partBytes))) {
      yield { id, text: content, source, part: part++, last, ...row }
    }
  }
}
