import { Field, FixedSizeList, Int32, List, Schema, Struct, Utf8 } from 'apache-arrow'

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
