import { type BlocksInput, blocksBatch, StateError } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import type { Gatherer } from '../gather.ts'
import { ignoredLabel, withLabels } from '../labels.ts'
import { Ledger } from '../ledger.ts'
import { type PackerOptions, tooShort } from '../packer.ts'
import { TokenStream } from '../stretches.ts'
import { appendRows, countTokens, readRows, type TokenRow } from '../token-rows.ts'
import type { Part } from './fit.ts'
import { account, type FittedWindow, fitWindow, type WindowOptions, windowTokens } from './window.ts'

export interface BestFitOptions extends PackerOptions, Omit<WindowOptions, 'width'> {
  /** Tokens that are fitted together. */
  window: number
}

/** Rows of a frame that goes out: about 1 MiB of ids, segments and positions. */
const frameTokens = (1 << 20) / 12

/**
 * Whole documents side by side. The stream is taken window by window, each of its first so many tokens, whatever frames they come
 * in; so the cursor is the window's beginning and the rows of it that have gone out.
 */
export function bestFitPacker(options: BestFitOptions): Gatherer {
  const { id, blockSize, window, gaps, use, from, context } = options
  const width = blockSize + 1
  const piece = Math.max(1, Math.floor(frameTokens / width))
  const stream = new TokenStream()
  /** As it was before the window at hand, which a resumed run counts again. */
  const ledger = options.ledger ?? new Ledger()
  let before = ledger.toJSON()
  let rows = (from?.rows as number | undefined) ?? 0
  /** Rows of the window that have gone out. */
  let given = (from?.given as number | undefined) ?? 0
  let read: readonly TokenRow[] = []
  if (from && from.window !== window) {
    throw new StateError(`the run was packed in windows of ${from.window} tokens, now it would be ${window}`, {
      stage: id,
      advice: 'resume with the same window',
    })
  }

  function* release(tokens: number): Generator<RecordBatch> {
    const fitted = fitWindow(stream, tokens, { width, gaps })
    account(ledger, stream, fitted, width)
    const finish = (): void => {
      before = ledger.toJSON()
      given = 0
      stream.drop(tokens)
      use(tokens)
    }
    if (given >= fitted.rows.length) finish()
    else {
      while (given < fitted.rows.length) {
        const batch = cutRows(stream, fitted, { rows: fitted.rows.slice(given, given + piece), width, options })
        given += batch.numRows
        rows += batch.numRows
        if (given === fitted.rows.length) {
          finish()
          yield batch
          return
        }
        yield batch
      }
    }
  }
  return {
    units(batch) {
      read = readRows(batch)
      return countTokens(read)
    },
    *take(_batch, known) {
      appendRows(stream, read, options)
      if (known > 0) stream.drop(known)
      // One token more than the window shows whether its last document goes on.
      while (stream.length > window) yield* release(windowTokens(stream, window, { width, gaps }))
    },
    *end() {
      const tokens = gaps === 'split' ? stream.length - (stream.length % width) : stream.length
      if (tokens > 0) yield* release(tokens)
      if (rows === 0) throw tooShort(id, stream.length + tokens, width)
      const dropped = stream.length
      if (dropped === 0) return
      const message = `dropped the last ${dropped} ${dropped === 1 ? 'token' : 'tokens'}: a block needs ${width}`
      context?.emit({ type: 'note', stage: id, message, values: { tokens: dropped } })
    },
    empty: () => {
      const batch = blocksBatch({ width, ids: new Int32Array(0) })
      return gaps === 'pad' ? withLabels(batch, new Int32Array(0)) : batch
    },
    held: () => stream.length * 8,
    entry: () => ({ rows, given, window, ledger: before }),
  }
}

interface CutOptions {
  rows: readonly (readonly Part[])[]
  width: number
  options: BestFitOptions
}

function cutRows(stream: TokenStream, { pieces }: FittedWindow, { rows, width, options }: CutOptions): RecordBatch {
  const { endOfText, gaps } = options
  const ids = new Int32Array(rows.length * width).fill(endOfText)
  const segments = new Int32Array(ids.length)
  const positions = new Int32Array(ids.length)
  const labels = new Int32Array(gaps === 'pad' ? ids.length : 0).fill(ignoredLabel)
  const spans: NonNullable<BlocksInput['spans']>[number][] = []
  const spanOffsets = new Int32Array(rows.length + 1)
  rows.forEach((parts, row) => {
    let at = row * width
    parts.forEach(({ piece, from, length }, segment) => {
      const taken = stream.ids.subarray(from, from + length)
      ids.set(taken, at)
      if (gaps === 'pad') labels.set(taken, at)
      segments.fill(segment, at, at + length)
      let bytes = 0
      for (let i = 0; i < length; i++) {
        positions[at + i] = i
        bytes += stream.bytes[from + i]!
      }
      const { doc_id, source } = pieces[piece]!
      spans.push({ doc_id, source, start: at - row * width, length, bytes })
      at += length
    })
    // Padding is a segment of its own: no token of a document sees it.
    segments.fill(parts.length, at, (row + 1) * width)
    for (let i = at; i < (row + 1) * width; i++) positions[i] = i - at
    spanOffsets[row + 1] = spans.length
  })
  const batch = blocksBatch({ width, ids, segments, positions, spans, spanOffsets })
  return gaps === 'pad' ? withLabels(batch, labels) : batch
}
