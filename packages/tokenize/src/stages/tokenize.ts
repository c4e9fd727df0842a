import {
  type Documents,
  documentsSchema,
  type Frame,
  int32Column,
  int32ListColumn,
  requireFields,
  type Stage,
  type StageContext,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import { type Int32, type List, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { concatMap, defer, map } from 'rxjs'
import { columnOf } from '../columns/column.ts'
import { encodeTexts } from '../parallel/encode-texts.ts'
import type { EncodedTexts, Utf8Texts } from '../parallel/messages.ts'
import { type EncoderPool, encoderPool } from '../parallel/pool.ts'
import type { Tokenizer } from '../tokenizer.ts'

export interface TokenizeOptions {
  tokenizer: Tokenizer
  /** Threads that encode beside the run's own; the order is kept. Default 0: the run's own thread encodes. */
  workers?: number
  /** Default `tokenize`. */
  id?: string
}

const needed = new Schema(documentsSchema.fields.filter(field => !field.nullable))

/**
 * Documents to tokens, row by row: a part of a long document is encoded for itself. Nothing is kept between frames, and no
 * text becomes a string on the way where the tokenizer takes UTF-8. With `workers`, a frame's text goes to a thread and its ids
 * come back as transferred buffers.
 */
export function tokenize({ tokenizer, workers = 0, id = 'tokenize' }: TokenizeOptions): Stage<Documents, Tokens> {
  const schema = (input: Schema<Documents>): Schema<Tokens> => {
    requireFields(id, input, needed)
    return tokensSchema
  }
  if (workers === 0) {
    const apply = map((frame: Frame<Documents>) => ({ ...frame, batch: tokenizeBatch(tokenizer, frame.batch) }))
    return { id, parallel: 'stateless', schema, apply }
  }
  let context: StageContext | undefined
  let pool: EncoderPool | undefined
  return {
    id,
    schema,
    async open(given) {
      context = given
    },
    apply: documents =>
      defer(() => {
        pool ??= encoderPool({ tokenizer, workers })
        const { encodeUtf8 } = pool
        if (pool.workers === 0) {
          const message = 'runs from its sources, from which no thread can be started: encodes in the thread of the run'
          context?.emit({ type: 'warning', stage: id, message })
        }
        return documents.pipe(
          // All frames that come are under way at once; the gate bounds how many.
          map(frame => {
            const encoded = encodeUtf8(copyTexts(frame.batch))
            // It is waited for in its turn only; until then a failure is nobody's.
            encoded.catch(() => {})
            return { frame, encoded }
          }),
          concatMap(async ({ frame, encoded }) => ({ ...frame, batch: tokensBatch(frame.batch, await encoded) })),
        )
      }),
    async close() {
      const open = pool
      pool = undefined
      await open?.close()
    },
  }
}

export function tokenizeBatch(tokenizer: Tokenizer, documents: RecordBatch<Documents>): RecordBatch<Tokens> {
  return tokensBatch(documents, encodeTexts(tokenizer, textsOf(documents)))
}

function textsOf(documents: RecordBatch<Documents>): Utf8Texts {
  const text = columnOf(documents, 'text')
  const bytes = text.values as unknown as Uint8Array<ArrayBuffer>
  const offsets = text.valueOffsets as Int32Array<ArrayBuffer>
  return { bytes, offsets: offsets?.subarray(0, documents.numRows + 1) ?? new Int32Array(1) }
}

/** The same in buffers of its own, which may be transferred: others may still read the frame. */
function copyTexts(documents: RecordBatch<Documents>): Utf8Texts {
  const { bytes, offsets } = textsOf(documents)
  const first = offsets[0]!
  const copied = new Uint8Array(offsets.at(-1)! - first)
  copied.set(bytes.subarray(first, first + copied.length))
  return { bytes: copied, offsets: offsets.map(offset => offset - first) }
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
