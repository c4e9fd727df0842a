import type { Ledger } from '../ledger.ts'
import type { TokenStream } from '../stretches.ts'
import { type Fitted, fitCropping, fitPadding, fitSplitting, type Gaps, type Part } from './fit.ts'

/** A stretch of a document within a window of tokens, no longer than a row. */
export interface Piece {
  readonly doc_id: string
  readonly source: string
  /** Where its document begins; undefined where that was before this piece. */
  readonly begins: number | undefined
}

/** A window fitted into rows. Places in parts count from the stream's first token. */
export interface FittedWindow extends Fitted {
  readonly pieces: readonly Piece[]
  /** Tokens of the stream that the window is made of. */
  readonly tokens: number
}

export interface WindowOptions {
  /** T + 1. */
  width: number
  gaps: Gaps
}

/**
 * How many tokens from the stream's first on make a window of at most `most`: with `split` whole rows, else whole documents, as
 * long as one document is not longer than the window.
 */
export function windowTokens(stream: TokenStream, most: number, { width, gaps }: WindowOptions): number {
  if (gaps === 'split') return most - (most % width)
  const last = stream.stretches.findLast(stretch => stretch.to <= most)
  return last ? last.to : most
}

/** Fits the stream's first `tokens` tokens into rows. A document longer than a row is cut into rows first, so it holds up nobody. */
export function fitWindow(stream: TokenStream, tokens: number, { width, gaps }: WindowOptions): FittedWindow {
  const pieces: Piece[] = []
  const parts: Part[] = []
  for (const { doc_id, source, from, to, begun } of stream.stretches) {
    if (from >= tokens) break
    const end = Math.min(to, tokens)
    for (let at = from; at < end; at += width) {
      parts.push({ piece: pieces.length, from: at, length: Math.min(width, end - at) })
      pieces.push({ doc_id, source, begins: at === from && !begun ? at : undefined })
    }
  }
  const fit = gaps === 'split' ? fitSplitting : gaps === 'crop' ? fitCropping : fitPadding
  return { ...fit(parts, width), pieces, tokens }
}

/** Writes down what becomes of the window's tokens. */
export function account(
  ledger: Ledger,
  stream: TokenStream,
  { rows, left, pieces }: FittedWindow,
  width: number,
): void {
  for (const row of rows) {
    let gap = width
    for (const { piece, from, length } of row) {
      const { source, begins } = pieces[piece]!
      ledger.count(source, 'tokens', length)
      if (from !== begins) ledger.count(source, 'split', length)
      else ledger.count(source, 'documents', 1)
      let bytes = 0
      for (let i = from; i < from + length; i++) bytes += stream.bytes[i]!
      ledger.count(source, 'bytes', bytes)
      gap -= length
    }
    ledger.count(pieces[row.at(-1)!.piece]!.source, 'padded', gap)
  }
  for (const { piece, length } of left) ledger.count(pieces[piece]!.source, 'cropped', length)
}
