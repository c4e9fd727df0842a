import type { DocumentRow, Documents, Source } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { decodePiece } from '../pieces/decode.ts'
import { piecesOf } from '../pieces/pieces.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import type { FilesOptions } from '../source/options.ts'
import { badLines } from './bad-lines.ts'
import type { ColumnMapping } from './columns.ts'
import { lineReader } from './documents.ts'
import { BadRecord } from './records.ts'

export interface JsonlOptions extends FilesOptions {
  /** Columns by name or dotted path, where their names do not tell. Default: the usual names, see `usualNames`. */
  readonly columns?: ColumnMapping
  /** What a line that is no record, or has no text, does. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
  /** Bytes over which a line is bad, so that an endless one ends. Default 256 MiB. */
  readonly maxLineBytes?: number
}

/** A place in a file of lines. A type and not an interface, so that it is `Json`. */
export type JsonlPosition = {
  /** Bytes of UTF-8 before it. */
  readonly byte: number
  /** Lines before it. */
  readonly line: number
  /** Whether it is in the middle of a line that is too long and is being passed over. */
  readonly overlong?: true
  readonly encoding?: string
}

/**
 * JSON Lines: one object a line. Text, id, url, created and lang are known by their usual names or by `columns`; all else becomes
 * metadata. A record without an id is `name#<line>`; one with empty text is left out and counted.
 *
 * @throws DataError for a bad line, unless `onError` is `'skip'`
 */
export function jsonl(options: JsonlOptions): Source<Documents> {
  const { id = 'jsonl', path, baseDir = process.cwd(), emit = () => {} } = options
  return filesSource({ id, path, baseDir, emit, extensions: ['.jsonl', '.ndjson'], read: jsonlReader(options) })
}

function jsonlReader(options: JsonlOptions): FormatReader<JsonlPosition> {
  const { encoding = 'auto', onError = 'error', maxLineBytes: limit = 256 * 1024 * 1024 } = options
  const documentsOf = lineReader(options)
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding, from)
    const onBroken = brokenOnce(file, context)
    const onBad = badLines(file, context, onError)
    let line = from?.line ?? 0
    let overlong = from?.overlong ?? false

    const position = (byte: number): JsonlPosition => {
      const known = reader.encoding()
      return { byte, line, ...(overlong ? { overlong } : {}), ...(known === undefined ? {} : { encoding: known }) }
    }

    try {
      for await (const piece of piecesOf(reader, { boundary: 'record', limit, start: from?.byte ?? 0 })) {
        const rows: DocumentRow[] = []
        const batch = () => ({ rows, bytes: piece.bytes.length, position: position(piece.end) })
        if (!piece.whole) {
          if (!overlong) onBad(new BadRecord(`expected a line of at most ${limit} bytes`), line + 1, piece.start)
          overlong = true
          yield batch()
          continue
        }
        const text = decodePiece(piece, onBroken)
        for (let start = 0; start < text.length; ) {
          const feed = text.indexOf('\n', start)
          const end = feed < 0 ? text.length : feed
          const content = text.slice(start, end)
          line++
          if (overlong) overlong = false
          else if (/\S/.test(content)) {
            try {
              const made = documentsOf(content, context.id, `${file.name}#${line}`)
              if (made.length === 0) context.leaveOut('records without text')
              for (const row of made) rows.push(row)
            } catch (error) {
              if (!(error instanceof BadRecord)) throw error
              // What was read before the fault is whole.
              if (onError === 'error' && rows.length > 0) yield batch()
              const mark = piece.start === 0 && piece.bytes[0] === 0xef && start > 0 ? 3 : 0
              onBad(error, line, piece.start + mark + Buffer.byteLength(text.slice(0, start)))
            }
          }
          start = end + 1
        }
        yield batch()
      }
    } finally {
      await reader.close()
    }
  }
}
