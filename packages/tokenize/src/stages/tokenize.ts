import {
  type Documents,
  documentsSchema,
  int32Column,
  int32ListColumn,
  requireFields,
  type Stage,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import { type Data, type Int32, type List, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { map } from 'rxjs'
import { columnOf } from '../columns/column.ts'
import { Ids } from '../tables/ids.ts'
import type { Tokenizer } from '../tokenizer.ts'

export interface TokenizeOptions {
  tokenizer: Tokenizer
  /** Default `tokenize`. */
  id?: string
}

const needed = new Schema(documentsSchema.fields.filter(field => !field.nullable))

/**
 * Documents to tokens, row by row: a part of a long document is encoded for itself. Nothing is kept between frames, and no
 * text becomes a string on the way where the tokenizer takes UTF-8.
 */
export function tokenize({ tokenizer, id = 'tokenize' }: TokenizeOptions): Stage<Documents, Tokens> {
  return {
    id,
    parallel: 'stateless',
    schema(input) {
      requireFields(id, input, needed)
      return tokensSchema
    },
    apply: map(frame => ({ ...frame, batch: tokenizeBatch(tokenizer, frame.batch) })),
  }
}

export function tokenizeBatch(tokenizer: Tokenizer, documents: RecordBatch<Documents>): RecordBatch<Tokens> {
  const rows = documents.numRows
  const column = (name: keyof Documents): Data => columnOf(documents, name)
  const text = column('text')
  const { values } = text as unknown as { values: Uint8Array }
  const textOffsets = text.valueOffsets as Int32Array
  const total = rows === 0 ? 0 : textOffsets[rows]! - textOffsets[0]!
  const ids = new Ids((total >> 1) + rows)
  const offsets = new Int32Array(rows + 1)
  const bytes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const at = textOffsets[row]!
    const end = textOffsets[row + 1]!
    if (tokenizer.encodeUtf8) tokenizer.encodeUtf8(values, at, end, ids)
    else ids.append(tokenizer.encode(Buffer.from(values.buffer, values.byteOffset + at, end - at).toString('utf8')))
    bytes[row] = end - at
    offsets[row + 1] = ids.length
  }
  const type = tokensSchema.fields[4]!.type as List<Int32>
  const children = [
    column('id'),
    column('source'),
    column('part'),
    column('last'),
    int32ListColumn(type, offsets, ids.toArray()),
    int32Column(bytes),
  ]
  const struct = new Struct<Tokens>(tokensSchema.fields)
  return new RecordBatch(tokensSchema, makeData({ type: struct, length: rows, nullCount: 0, children }))
}
