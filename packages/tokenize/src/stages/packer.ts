import { type Blocks, blocksBatch, DataError, type SpanRow, type StageContext, type Tokens } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { columnOf } from '../columns/column.ts'
import type { Tokenizer } from '../tokenizer.ts'
import type { Gatherer } from './gather.ts'
import type { GatherEntry } from './replay.ts'
import { shareBytes, TokenStream } from './stretches.ts'

export interface PackerOptions {
  id: string
  blockSize: number
  endOfText: number
  weigh(ids: Int32Array): Int32Array
  use(units: number): void
  context?: StageContext | undefined
  from?: GatherEntry | undefined
}

export function packer({ id, blockSize, endOfText, weigh, use, context, from }: PackerOptions): Gatherer {
  const width = blockSize + 1
  const stream = new TokenStream()
  let rows = (from?.rows as number | undefined) ?? 0
  let read: readonly TokenRow[] = []
  return {
    units(batch) {
      read = readRows(batch)
      return read.reduce((sum, row) => sum + row.ids.length + Number(row.ends), 0)
    },
    *take(_batch, known) {
      for (const row of read) {
        const count = row.ids.length
        stream.reserve(count + 1)
        stream.ids.set(row.ids, stream.length)
        shareBytes(row.bytes, weigh(row.ids), stream.bytes, stream.length)
        stream.length += count
        if (row.ends) {
          stream.bytes[stream.length] = 0
          stream.ids[stream.length++] = endOfText
        }
        stream.claim(row.doc_id, row.source, count + Number(row.ends), !row.last)
      }
      if (known > 0) stream.drop(known)
      const blocks = Math.max(0, Math.floor((stream.length - 1) / blockSize))
      if (blocks === 0) return
      const cut = cutBlocks(stream, blocks, blockSize, rows === 0)
      stream.drop(blocks * blockSize)
      rows += blocks
      use(blocks * blockSize)
      yield cut
    },
    end() {
      if (rows === 0) throw tooShort(id, stream.length, width)
      // The first token left over was the last row's last target: it has been used.
      const dropped = stream.length - 1
      if (dropped <= 0) return []
      const message = `dropped the last ${dropped} ${dropped === 1 ? 'token' : 'tokens'}: a block needs ${blockSize}`
      context?.emit({ type: 'note', stage: id, message, values: { tokens: dropped } })
      return []
    },
    empty: () => blocksBatch({ width, ids: new Int32Array(0) }),
    entry: () => ({ rows }),
  }
}

export interface TokenRow {
  doc_id: string
  source: string
  ids: Int32Array
  bytes: number
  last: boolean
  /** An end-of-text token follows: not after a document without any token. */
  ends: boolean
}

export function readRows(batch: RecordBatch<Tokens>): TokenRow[] {
  const [docIds, sources, parts, lasts] = [
    batch.getChild('doc_id')!,
    batch.getChild('source')!,
    columnOf(batch, 'part').values as Int32Array,
    batch.getChild('last')!,
  ]
  const list = columnOf(batch, 'ids')
  const offsets = list.valueOffsets as Int32Array
  const values = list.children[0]!.values as Int32Array
  const bytes = columnOf(batch, 'bytes').values as Int32Array
  return Array.from({ length: batch.numRows }, (_, i) => {
    const ids = values.subarray(offsets[i], offsets[i + 1])
    const last = lasts.get(i)!
    const ends = last && (ids.length > 0 || parts[i]! > 0)
    return { doc_id: docIds.get(i)!, source: sources.get(i)!, ids, bytes: bytes[i]!, last, ends }
  })
}

/** Cuts rows off the beginning of the stream. @param first nothing has been cut before: the first id counts its bytes */
function cutBlocks(stream: TokenStream, rows: number, blockSize: number, first: boolean): RecordBatch<Blocks> {
  const width = blockSize + 1
  const ids = new Int32Array(rows * width)
  const segments = new Int32Array(rows * width)
  const positions = new Int32Array(rows * width)
  const spans: SpanRow[] = []
  const spanOffsets = new Int32Array(rows + 1)
  let next = 0
  for (let row = 0; row < rows; row++) {
    const from = row * blockSize
    const to = from + width
    ids.set(stream.ids.subarray(from, to), row * width)
    while (stream.stretches[next]!.to <= from) next++
    for (let i = next, segment = 0; i < stream.stretches.length && stream.stretches[i]!.from < to; i++, segment++) {
      const stretch = stream.stretches[i]!
      const start = Math.max(0, stretch.from - from)
      const end = Math.min(width, stretch.to - from)
      let bytes = 0
      for (let place = start; place < end; place++) {
        segments[row * width + place] = segment
        positions[row * width + place] = place - start
        if (place > 0 || (first && row === 0)) bytes += stream.bytes[from + place]!
      }
      spans.push({ doc_id: stretch.doc_id, source: stretch.source, start, length: end - start, bytes })
    }
    spanOffsets[row + 1] = spans.length
  }
  return blocksBatch({ width, ids, segments, positions, spans, spanOffsets })
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

function tooShort(stage: string, tokens: number, width: number): DataError {
  const advice = tokens > 2 ? `add text, or set blockSize to at most ${tokens - 1}` : 'add text'
  return new DataError(`the text gives ${tokens} tokens, one block needs ${width}`, { stage, advice })
}
