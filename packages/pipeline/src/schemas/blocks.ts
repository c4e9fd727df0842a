import { Field, FixedSizeList, Int32, List, makeData, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow'
import { int32BlockColumn, int32Column, utf8Column } from './columns.ts'

export type Span = { doc_id: Utf8; source: Utf8; start: Int32; length: Int32; bytes: Int32 }

/** Rows for the model: T + 1 ids, so that positions 0..T-1 are inputs and 1..T are targets. */
export type Blocks = {
  ids: FixedSizeList<Int32>
  /** Which document of the block a token belongs to, 0, 1, 2 …; for masks that keep packed documents apart. */
  segments: FixedSizeList<Int32>
  /** Position within the document's stretch in this block. */
  positions: FixedSizeList<Int32>
  /** Where each stretch came from: `start`, `length` in tokens of this block, `bytes` of text it stands for. */
  spans: List<Struct<Span>>
}

/** @param width T + 1, where T is the model's context length */
export function blocksSchema(width: number): Schema<Blocks> {
  const list = () => new FixedSizeList(width, new Field('item', new Int32(), false))
  const span = new Struct<Span>([
    new Field('doc_id', new Utf8(), false),
    new Field('source', new Utf8(), false),
    new Field('start', new Int32(), false),
    new Field('length', new Int32(), false),
    new Field('bytes', new Int32(), false),
  ])
  return new Schema<Blocks>([
    new Field('ids', list(), false),
    new Field('segments', list(), false),
    new Field('positions', list(), false),
    new Field('spans', new List(new Field('item', span, false)), false),
  ])
}

/** Blocks from typed arrays. */
export interface BlocksInput {
  /** T + 1 */
  width: number
  /** rows * width ids */
  ids: Int32Array
  /** Default: every block is one stretch, segment 0. */
  segments?: Int32Array
  /** Default: 0 to width - 1 in every block. */
  positions?: Int32Array
  /** Stretches of row i are `spans[spanOffsets[i] .. spanOffsets[i + 1]]`. Default: none. */
  spans?: readonly SpanRow[]
  spanOffsets?: Int32Array
}

/** Where a stretch of tokens came from; units as in the column. */
export interface SpanRow {
  doc_id: string
  source: string
  start: number
  length: number
  bytes: number
}

/** @throws RangeError when the arrays do not fill whole rows */
export function blocksBatch(input: BlocksInput): RecordBatch<Blocks> {
  const { width, ids, spans = [] } = input
  const schema = blocksSchema(width)
  const rows = ids.length / width
  const [idsType, segmentsType, positionsType] = schema.fields.map(field => field.type) as [
    BlockType,
    BlockType,
    BlockType,
  ]
  const spansType = schema.fields[3]!.type as Blocks['spans']
  const children = [
    int32BlockColumn(idsType, ids),
    int32BlockColumn(segmentsType, input.segments ?? new Int32Array(ids.length)),
    int32BlockColumn(positionsType, input.positions ?? Int32Array.from(ids, (_, i) => i % width)),
    makeData({
      type: spansType,
      length: rows,
      nullCount: 0,
      valueOffsets: input.spanOffsets ?? new Int32Array(rows + 1),
      child: spanColumn(spansType.valueType, spans),
    }),
  ]
  const data = makeData({ type: new Struct<Blocks>(schema.fields), length: rows, nullCount: 0, children })
  return new RecordBatch(schema, data)
}

type BlockType = FixedSizeList<Int32>

function spanColumn(type: Struct<Span>, spans: readonly SpanRow[]) {
  const children = [
    utf8Column(spans.map(span => span.doc_id)),
    utf8Column(spans.map(span => span.source)),
    int32Column(Int32Array.from(spans, span => span.start)),
    int32Column(Int32Array.from(spans, span => span.length)),
    int32Column(Int32Array.from(spans, span => span.bytes)),
  ]
  return makeData({ type, length: spans.length, nullCount: 0, children })
}
