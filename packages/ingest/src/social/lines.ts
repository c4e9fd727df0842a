import type { DocumentRow } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import { badLines } from '../jsonl/bad-lines.ts'
import { BadRecord } from '../jsonl/records.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { decodePiece } from '../pieces/decode.ts'
import { type Piece, piecesOf } from '../pieces/pieces.ts'
import { breather } from '../source/breathe.ts'
import type { FormatReader, ReaderContext } from '../source/files-source.ts'
import { pieceBytes } from '../source/options.ts'
import { documentBatches } from '../source/rows.ts'
import type { SocialSettings } from './options.ts'
import { type Post, withoutText } from './post.ts'
import { isPost, postOf } from './records.ts'
import { rowMaker } from './rows.ts'
import { ThreadWindow } from './threads.ts'

/**
 * A place in NDJSON: bytes and lines before it; documents that have gone out of what begins there; parts of the next one. With threads,
 * `byte` is where the window began whose threads are going out.
 */
export type LinesPosition = {
  readonly byte: number
  readonly line: number
  readonly skip?: number
  readonly parts?: number
  readonly encoding?: string
}

/** Posts, one JSON object a line, as documents. */
export function linesReader(settings: SocialSettings): FormatReader<LinesPosition> {
  const { encoding, onError, maxDocumentBytes, maxRecordBytes: limit, threads, threadBytes } = settings
  const target = Math.min(pieceBytes(settings), threadBytes)
  const rows = rowMaker(settings)
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding, from)
    const onBroken = brokenOnce(file, context)
    const onBad = badLines(file, context, onError)
    const breathe = breather()
    let line = from?.line ?? 0
    let overlong = false
    let skip = from?.skip ?? 0
    let skipParts = from?.parts ?? 0

    const placeOf = (byte: number, lines: number): LinesPosition => {
      const known = reader.encoding()
      return { byte, line: lines, ...(known === undefined ? {} : { encoding: known }) }
    }
    /** Documents that begin at a place, less those that the run has had. */
    function* batchesOf(documents: readonly DocumentRow[], start: LinesPosition, next: LinesPosition) {
      for (const [i, row] of documents.entries()) {
        if (i < skip) continue
        const after = i === documents.length - 1 ? next : { ...start, skip: i + 1 }
        const here = i === 0 ? start : { ...start, skip: i }
        yield* documentBatches({ row, here, next: after }, maxDocumentBytes, skipParts)
        skipParts = 0
      }
      skip = 0
      if (documents.length === 0) yield { rows: [], bytes: 0, position: next }
    }
    /** The posts of a piece; a bad line is told after them. */
    function postsIn(piece: Piece): { posts: Post[]; fault?: () => void } {
      const posts: Post[] = []
      const text = decodePiece(piece, onBroken)
      for (let at = 0; at < text.length; ) {
        const begins = at
        const feed = text.indexOf('\n', at)
        const content = text.slice(at, feed < 0 ? text.length : feed)
        at += content.length + 1
        const number = ++line
        if (overlong) {
          overlong = false
          continue
        }
        if (!/\S/.test(content)) continue
        try {
          const found = postOf(content)
          if (isPost(found)) posts.push(found)
          else context.leaveOut(found)
        } catch (error) {
          if (!(error instanceof BadRecord)) throw error
          const fault = (): void => onBad(error, number, piece.start + Buffer.byteLength(text.slice(0, begins)))
          if (onError === 'error') return { posts, fault }
          fault()
        }
      }
      return { posts }
    }

    const window = new ThreadWindow()
    let start = placeOf(from?.byte ?? 0, line)
    let end = start
    try {
      for await (const piece of piecesOf(reader, { boundary: 'record', target, limit, start: from?.byte ?? 0 })) {
        if (!piece.whole) {
          if (!overlong) onBad(new BadRecord(`expected a line of at most ${limit} bytes`), line + 1, piece.start)
          overlong = true
          // Only the end of its line is a place to go on from.
          continue
        }
        const { posts, fault } = postsIn(piece)
        const next = placeOf(piece.end, line)
        end = next
        if (!threads) {
          yield* batchesOf(made(posts, context), start, next)
          start = next
        } else {
          for (const post of posts) window.add(post)
          if (piece.end - start.byte >= threadBytes || fault) {
            yield* batchesOf(joined(window, context), start, next)
            start = next
          }
        }
        fault?.()
        await breathe()
      }
      if (threads) yield* batchesOf(joined(window, context), start, end)
    } finally {
      await reader.close()
    }
  }

  function made(posts: readonly Post[], context: ReaderContext): DocumentRow[] {
    return documents(
      posts.map(post => rows.one(post, context.id)),
      context,
    )
  }
  function joined(window: ThreadWindow, context: ReaderContext): DocumentRow[] {
    return documents(
      window.take().map(posts => rows.thread(posts, context.id)),
      context,
    )
  }
}

function documents(rows: readonly (DocumentRow | undefined)[], context: ReaderContext): DocumentRow[] {
  const found = rows.filter(row => row !== undefined)
  for (let i = found.length; i < rows.length; i++) context.leaveOut(withoutText)
  return found
}
