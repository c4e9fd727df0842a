import { bitAt, stringAt, type Tokens } from '@sluice/pipeline'
import type { Data, RecordBatch, Utf8 } from 'apache-arrow'
import { columnOf } from '../columns/column.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { shareBytes, type TokenStream } from './stretches.ts'

/** A document of tokens, or a part of one. */
export interface TokenRow {
  doc_id: string
  source: string
  part: number
  ids: Int32Array
  bytes: number
  last: boolean
  /** An end-of-text token follows: not after a document without any token. */
  ends: boolean
}

export function readRows(batch: RecordBatch<Tokens>): TokenRow[] {
  const strings = (name: 'doc_id' | 'source') => columnOf(batch, name) as Data<Utf8>
  const [docIds, sources] = [strings('doc_id'), strings('source')]
  const parts = columnOf(batch, 'part').values as Int32Array
  const lasts = columnOf(batch, 'last')
  const list = columnOf(batch, 'ids')
  const offsets = list.valueOffsets as Int32Array
  const values = list.children[0]!.values as Int32Array
  const bytes = columnOf(batch, 'bytes').values as Int32Array
  return Array.from({ length: batch.numRows }, (_, i) => {
    const ids = values.subarray(offsets[i], offsets[i + 1])
    const last = bitAt(lasts, i)
    const part = parts[i]!
    const ends = last && (ids.length > 0 || part > 0)
    return { doc_id: stringAt(docIds, i)!, source: stringAt(sources, i)!, part, ids, bytes: bytes[i]!, last, ends }
  })
}

/** Tokens that the rows bring, the end-of-text tokens counted. */
export function countTokens(rows: readonly TokenRow[]): number {
  return rows.reduce((sum, row) => sum + row.ids.length + Number(row.ends), 0)
}

export interface AppendOptions {
  endOfText: number
  /** What the tokens weigh when a row's bytes are shared out among them. */
  weigh(ids: Int32Array): Int32Array
}

/** Puts rows at the end of a stream, an end-of-text token after each document. */
export function appendRows(stream: TokenStream, rows: readonly TokenRow[], { endOfText, weigh }: AppendOptions): void {
  for (const { doc_id, source, part, ids, bytes, last, ends } of rows) {
    const count = ids.length
    stream.reserve(count + 1)
    stream.ids.set(ids, stream.length)
    shareBytes(bytes, weigh(ids), stream.bytes, stream.length)
    stream.length += count
    if (ends) {
      stream.bytes[stream.length] = 0
      stream.ids[stream.length++] = endOfText
    }
    stream.claim({ doc_id, source, open: !last, begun: part > 0 }, count + Number(ends))
  }
}

/** Bytes of each id; without a tokenizer all weigh the same. */
export function weigher(tokenizer: Tokenizer | undefined): (ids: Int32Array) => Int32Array {
  if (!tokenizer) return ids => new Int32Array(ids.length).fill(1)
  let lengths: Int32Array | undefined
  return ids => {
    lengths ??= Int32Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id).length)
    const weights = new Int32Array(ids.length)
    for (let i = 0; i < ids.length; i++) weights[i] = lengths[ids[i]!] ?? 1
    return weights
  }
}
