import {
  Bool,
  type Data,
  Field,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
} from 'apache-arrow'
import { boolColumn, int32Column, nullableUtf8Column, utf8Column } from './columns.ts'

export type Documents = {
  /** Identity within `source`; stable from run to run, for the split into training and evaluation hangs on it. */
  id: Utf8
  text: Utf8
  /** Id of the source that read it. */
  source: Utf8
  /** A document over `maxDocumentBytes` travels as parts 0, 1, 2 … */
  part: Int32
  /** Whether this part is the document's last. */
  last: Bool
  url: Utf8
  created: TimestampMillisecond
  lang: Utf8
  /** What else the format told, as JSON. */
  metadata: Utf8
}

export const documentsSchema: Schema<Documents> = new Schema<Documents>([
  new Field('id', new Utf8(), false),
  new Field('text', new Utf8(), false),
  new Field('source', new Utf8(), false),
  new Field('part', new Int32(), false),
  new Field('last', new Bool(), false),
  new Field('url', new Utf8(), true),
  new Field('created', new TimestampMillisecond(), true),
  new Field('lang', new Utf8(), true),
  new Field('metadata', new Utf8(), true),
])

/** Bytes of text over which a document travels as parts. */
export const maxDocumentBytes = 8 * 1024 * 1024

/** One document, or one part of one, as a reader makes it. */
export interface DocumentRow {
  id: string
  text: string
  source: string
  part?: number
  last?: boolean
  url?: string | undefined
  /** Milliseconds since 1970 UTC. */
  created?: number | undefined
  lang?: string | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

export function documentsBatch(rows: readonly DocumentRow[]): RecordBatch<Documents> {
  const children = [
    utf8Column(rows.map(row => row.id)),
    utf8Column(rows.map(row => row.text)),
    utf8Column(rows.map(row => row.source)),
    int32Column(Int32Array.from(rows, row => row.part ?? 0)),
    boolColumn(rows.map(row => row.last ?? true)),
    nullableUtf8Column(rows.map(row => row.url)),
    timestampColumn(rows.map(row => row.created)),
    nullableUtf8Column(rows.map(row => row.lang)),
    nullableUtf8Column(rows.map(row => (row.metadata === undefined ? undefined : JSON.stringify(row.metadata)))),
  ]
  const data = makeData({
    type: new Struct<Documents>(documentsSchema.fields),
    length: rows.length,
    nullCount: 0,
    children,
  })
  return new RecordBatch(documentsSchema, data)
}

function timestampColumn(values: readonly (number | undefined)[]): Data<TimestampMillisecond> {
  const data = new BigInt64Array(values.length)
  const nullBitmap = new Uint8Array((values.length + 7) >> 3)
  let nullCount = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === undefined || !Number.isFinite(value)) nullCount++
    else {
      data[i] = BigInt(Math.trunc(value))
      nullBitmap[i >> 3]! |= 1 << (i & 7)
    }
  }
  return makeData({ type: new TimestampMillisecond(), length: values.length, nullCount, nullBitmap, data })
}
