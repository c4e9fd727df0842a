import { columnOf, type Documents } from '@sluice/pipeline'
import type { Bool, Data, Int32, RecordBatch, TimestampMillisecond, Utf8 } from 'apache-arrow'

/** The columns of a batch of documents as the arrays they lie in; undefined where a column that may be missing is. */
export interface DocumentColumns {
  readonly id: Data<Utf8>
  readonly text: Data<Utf8>
  readonly source: Data<Utf8>
  readonly part: Data<Int32>
  readonly last: Data<Bool>
  readonly url: Data<Utf8> | undefined
  readonly created: Data<TimestampMillisecond> | undefined
  readonly lang: Data<Utf8> | undefined
  readonly metadata: Data<Utf8> | undefined
}

export function columnsOf(batch: RecordBatch<Documents>): DocumentColumns {
  const column = (name: keyof Documents) => columnOf(batch, name)
  return {
    id: column('id'),
    text: column('text'),
    source: column('source'),
    part: column('part'),
    last: column('last'),
    url: column('url'),
    created: column('created'),
    lang: column('lang'),
    metadata: column('metadata'),
  } as DocumentColumns
}

/** The bytes of one value, without a copy; undefined for null. */
export function valueBytes(column: Data<Utf8> | undefined, row: number): Uint8Array | undefined {
  if (column === undefined || (column.nullCount > 0 && !column.getValid(row))) return undefined
  const { valueOffsets, values } = column
  return values.subarray(valueOffsets[row], valueOffsets[row + 1])
}

/** Milliseconds since 1970 UTC. */
export function timeOf(column: Data<TimestampMillisecond> | undefined, row: number): number | undefined {
  if (column === undefined || (column.nullCount > 0 && !column.getValid(row))) return undefined
  const value = column.values[row] as unknown as bigint | number
  return Number(value)
}

export function isLast(column: Data<Bool>, row: number): boolean {
  const bit = column.offset + row
  return (column.values[bit >> 3]! & (1 << (bit & 7))) !== 0
}
