import {
  type Documents,
  documentsSchema,
  int32Column,
  int32ListColumn,
  inWorkers,
  requireFields,
  type Stage,
  type StageKind,
  type Tokens,
  tokensSchema,
  type Workers,
} from '@sluice/pipeline'
import { type Int32, type List, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { map } from 'rxjs'
import { columnOf } from '../columns/column.ts'
import { encodeTexts } from '../parallel/encode-texts.ts'
import type { EncodedTexts, Utf8Texts } from '../parallel/messages.ts'
import {
  receivedTokenizer,
  type SentTokenizer,
  sentTokenizer,
  sentTokenizerConfig,
} from '../parallel/sent-tokenizer.ts'
import { Ids, keptIds } from '../tables/ids.ts'
import type { Tokenizer } from '../tokenizer.ts'

export interface TokenizeOptions {
  tokenizer: Tokenizer
  /** Threads that encode beside the run's own; what comes out is the same. Default 0: the run's own thread encodes. */
  workers?: Workers
  /** Default `tokenize`. */
  id?: string
}

const needed = new Schema(documentsSchema.fields.filter(field => !field.nullable))

/**
 * Documents to tokens, row by row: a part of a long document is encoded for itself. Nothing is kept between frames, and no
 * text becomes a string on the way where the tokenizer takes UTF-8.
 */
export function tokenize({ tokenizer, workers = 0, id = 'tokenize' }: TokenizeOptions): Stage<Documents, Tokens> {
  let ids = new Ids()
  const stage: Stage<Documents, Tokens> = {
    id,
    parallel: 'stateless',
    schema(input) {
      requireFields(id, input, needed)
      return tokensSchema
    },
    apply: map(frame => {
      if (ids.values.length > keptIds) ids = new Ids()
      return { ...frame, batch: tokenizeBatch(tokenizer, frame.batch, ids) }
    }),
  }
  return workers === 0 ? stage : inWorkers(tokenizeKind, sentTokenizer(tokenizer), { id, workers, stage })
}

/** How workers make the stage. */
export const tokenizeKind: StageKind<SentTokenizer> = {
  kind: 'stage',
  use: 'tokenize',
  summary: 'Documents to tokens',
  config: sentTokenizerConfig,
  parallel: 'stateless',
  module: import.meta.url,
  build: async (sent, { id }) => tokenize({ tokenizer: await receivedTokenizer(sent), id }),
}

/** @param ids room that is used again and again; what stands in it is lost */
export function tokenizeBatch(tokenizer: Tokenizer, documents: RecordBatch<Documents>, ids?: Ids): RecordBatch<Tokens> {
  return tokensBatch(documents, encodeTexts(tokenizer, textsOf(documents), ids))
}

function textsOf(documents: RecordBatch<Documents>): Utf8Texts {
  const text = columnOf(documents, 'text')
  const bytes = text.values as unknown as Uint8Array<ArrayBuffer>
  const offsets = text.valueOffsets as Int32Array<ArrayBuffer>
  return { bytes, offsets: offsets?.subarray(0, documents.numRows + 1) ?? new Int32Array(1) }
}

function tokensBatch(documents: RecordBatch<Documents>, { ids, offsets }: EncodedTexts): RecordBatch<Tokens> {
  const { offsets: textOffsets } = textsOf(documents)
  const bytes = Int32Array.from({ length: documents.numRows }, (_, row) => textOffsets[row + 1]! - textOffsets[row]!)
  const type = tokensSchema.fields[4]!.type as List<Int32>
  const kept = (['id', 'source', 'part', 'last'] as const).map(name => columnOf(documents, name))
  const children = [...kept, int32ListColumn(type, offsets, ids), int32Column(bytes)]
  const struct = new Struct<Tokens>(tokensSchema.fields)
  return new RecordBatch(tokensSchema, makeData({ type: struct, length: documents.numRows, nullCount: 0, children }))
}
