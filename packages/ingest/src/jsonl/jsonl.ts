import { isUtf8 } from 'node:buffer'
import type { DocumentRow, Documents, Source } from '@sluice/pipeline'
import { DocumentsBuilder } from '../build/documents-builder.ts'
import { openUtf8 } from '../encoding/open.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { firstBroken } from '../pieces/decode.ts'
import { partBytes } from '../pieces/parts.ts'
import { piecesOf } from '../pieces/pieces.ts'
import { breather } from '../source/breathe.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults, pieceBytes } from '../source/options.ts'
import { badLines } from './bad-lines.ts'
import type { ColumnMapping } from './columns.ts'
import { lineReader } from './documents.ts'
import { fastLines } from './fast-lines.ts'
import { longLine } from './long-lines.ts'
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
  /** Parts before it of the document on the line that begins here. */
  readonly parts?: number
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
  const settings = { ...defaults, ...options, ...filesDefaults(options, 'jsonl') }
  return filesSource({ ...settings, extensions: ['.jsonl', '.ndjson'], read: jsonlReader(settings) })
}

/** Why a record gives no document. */
export const withoutText = ['record without text', 'records without text'] as const
const defaults = { columns: {}, onError: 'error' as const, maxLineBytes: 256 * 1024 * 1024 }

export function jsonlReader(settings: Required<JsonlOptions>): FormatReader<JsonlPosition> {
  const { encoding, onError, maxLineBytes: limit } = settings
  const target = pieceBytes(settings)
  const documentsOf = lineReader(settings)
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding, from)
    const onBroken = brokenOnce(file, context)
    const fast = fastLines({ ...settings, source: context.id })
    const breathe = breather()
    const builder = new DocumentsBuilder()
    const onBad = badLines(file, context, onError)
    let line = from?.line ?? 0
    let overlong = from?.overlong ?? false
    let skipParts = from?.parts ?? 0

    let known = from?.encoding
    const position = (byte: number, parts = 0): JsonlPosition => {
      const rest = { ...(parts > 0 ? { parts } : {}), ...(overlong ? { overlong } : {}) }
      return { byte, line, ...rest, ...(known === undefined ? {} : { encoding: known }) }
    }

    // What comes from elsewhere may be long in coming: whoever has had enough of it does not wait for more.
    const cutting = {
      boundary: 'record' as const,
      target,
      limit,
      start: from?.byte ?? 0,
      ahead: file.open === undefined,
    }
    try {
      for await (const piece of piecesOf(reader, cutting)) {
        known = piece.encoding
        if (!piece.whole) {
          if (!overlong) onBad(new BadRecord(`expected a line of at most ${limit} bytes`), line + 1, piece.start)
          overlong = true
          yield { rows: [], bytes: 0, position: position(piece.end) }
          continue
        }
        const { bytes } = piece
        const valid = isUtf8(bytes)
        if (!valid) onBroken(piece.start + firstBroken(bytes))
        if (valid) fast?.begin(bytes)
        let weight = 0
        for (let start = 0; start < bytes.length; line++) {
          const from = start
          const feed = bytes.indexOf(0x0a, from)
          const to = feed < 0 ? bytes.length : feed
          start = to + 1
          if (overlong) {
            overlong = false
            continue
          }
          const place = piece.start + from
          if (valid && fast && to - from > settings.maxDocumentBytes) {
            const at = { bytes, from, to }
            const parts = await longLine(fast, at, {
              ...settings,
              source: context.id,
              id: `${file.name}#${line + 1}`,
              breathe,
            })
            if (parts) {
              // They go out one by one, so that no frame holds it all.
              if (builder.rows > 0) yield { rows: builder, bytes: weight, position: position(place) }
              builder.clear()
              for (const row of parts) {
                if (row.last) builder.append(row)
                else if (row.part >= skipParts) {
                  yield { rows: [row], bytes: partBytes, position: position(place, row.part + 1) }
                }
                await breathe()
              }
              weight = partBytes
              skipParts = 0
              continue
            }
          }
          if (valid && fast?.append(from, to, builder, () => `${file.name}#${line + 1}`)) {
            weight += to - from
            skipParts = 0
            continue
          }
          const content = bytes.toString('utf8', from, to)
          if (!/\S/.test(content)) continue
          let made: DocumentRow[] = []
          try {
            made = documentsOf(place === 0 ? withoutMark(content) : content, context.id, `${file.name}#${line + 1}`)
          } catch (error) {
            if (!(error instanceof BadRecord)) throw error
            // What was read before the fault is whole.
            if (onError === 'error' && builder.rows > 0) {
              yield { rows: builder, bytes: weight, position: position(place) }
              builder.clear()
            }
            onBad(error, line + 1, place)
            continue
          }
          if (made.length === 0) context.leaveOut(withoutText)
          if (made.length > 1) {
            // A long document: its parts go out one by one, so that no frame holds it all.
            if (builder.rows > 0) yield { rows: builder, bytes: weight, position: position(place) }
            builder.clear()
            const last = made.splice(-1)
            for (let part = skipParts; part < made.length; part++) {
              yield { rows: [made[part]!], bytes: partBytes, position: position(place, part + 1) }
            }
            made = last
            weight = partBytes
          } else weight += to - from
          for (const row of made) builder.append(row)
          skipParts = 0
        }
        yield { rows: builder, bytes: weight, position: position(piece.end) }
        builder.clear()
      }
    } finally {
      await reader.close()
    }
  }
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
