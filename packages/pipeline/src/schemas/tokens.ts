import { type Bool, Bool as BoolType, Field, Int32, List, Schema, Utf8 } from 'apache-arrow'

export type Tokens = {
  doc_id: Utf8
  source: Utf8
  part: Int32
  last: Bool
  ids: List<Int32>
  /** Bytes of UTF-8 text that the ids stand for, so that losses can be told in bits per byte. */
  bytes: Int32
}

export const tokensSchema: Schema<Tokens> = new Schema<Tokens>([
  new Field('doc_id', new Utf8(), false),
  new Field('source', new Utf8(), false),
  new Field('part', new Int32(), false),
  new Field('last', new BoolType(), false),
  new Field('ids', new List(new Field('item', new Int32(), false)), false),
  new Field('bytes', new Int32(), false),
])
