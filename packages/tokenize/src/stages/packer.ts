import { type Blocks, blocksBatch, DataError, type SpanRow, type StageContext } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import type { Gatherer } from './gather.ts'
import type { Ledger } from './ledger.ts'
import type { GatherEntry } from './replay.ts'
import { TokenStream } from './stretches.ts'
import { type AppendOptions, appendRows, countTokens, readRows, type TokenRow } from './token-rows.ts'

export interface PackerOptions extends AppendOptions {
  id: string
  blockSize: number
  ledger?: Ledger
  use(units: number): void
  context?: StageContext | undefined
  from?: GatherEntry | undefined
}

/** Documents end to end, cut into rows that overlap by a token. */
export function packer({ id, blockSize, ledger, use, context, from, ...append }: PackerOptions): Gatherer {
  const width = blockSize + 1
  const stream = new TokenStream()
  let rows = (from?.rows as number | undefined) ?? 0
  let read: readonly TokenRow[] = []
  return {
    units(batch) {
      read = readRows(batch)
      return countTokens(read)
    },
    *take(_batch, known) {
      appendRows(stream, read, append)
      if (known > 0) stream.drop(known)
      const blocks = Math.max(0, Math.floor((stream.length - 1) / blockSize))
      if (blocks === 0) return
      const cut = cutBlocks(stream, blocks, { blockSize, first: rows === 0, ledger })
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
    held: () => stream.length * 8,
    entry: () => ({ rows, ...(ledger ? { ledger: ledger.toJSON() } : {}) }),
  }
}

interface CutOptions {
  blockSize: number
  /** Nothing has been cut before: the first id counts. */
  first: boolean
  ledger: Ledger | undefined
}

/** Cuts rows off the beginning of the stream. */
function cutBlocks(stream: TokenStream, rows: number, { blockSize, first, ledger }: CutOptions): RecordBatch<Blocks> {
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
      // The first id of a row is the last of the row before, which has counted it.
      const own = Math.max(start, first && row === 0 ? 0 : 1)
      let bytes = 0
      for (let place = start; place < end; place++) {
        segments[row * width + place] = segment
        positions[row * width + place] = place - start
        if (place >= own) bytes += stream.bytes[from + place]!
      }
      spans.push({ doc_id: stretch.doc_id, source: stretch.source, start, length: end - start, bytes })
      ledger?.count(stretch.source, 'tokens', Math.max(0, end - own))
      ledger?.count(stretch.source, 'bytes', bytes)
      const begins = stretch.from - from >= (first && row === 0 ? 0 : 1)
      if (begins && !stretch.begun) ledger?.count(stretch.source, 'documents', 1)
      if (stretch.begun || stretch.from < from) ledger?.count(stretch.source, 'split', Math.max(0, end - own))
    }
    spanOffsets[row + 1] = spans.length
  }
  return blocksBatch({ width, ids, segments, positions, spans, spanOffsets })
}

export function tooShort(stage: string, tokens: number, width: number): DataError {
  const advice = tokens > 2 ? `add text, or set blockSize to at most ${tokens - 1}` : 'add text'
  return new DataError(`the text gives ${tokens} tokens, one block needs ${width}`, { stage, advice })
}
