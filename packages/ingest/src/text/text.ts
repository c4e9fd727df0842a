import type { DocumentRow, Documents, Source } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { decodePiece } from '../pieces/decode.ts'
import { lineFeeds } from '../pieces/newlines.ts'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import { piecesOf } from '../pieces/pieces.ts'
import { breather } from '../source/breathe.ts'
import { type Batch, type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults, pieceBytes } from '../source/options.ts'
import { isBlank, splitText, type TextUnit, trimUnit } from './split.ts'

export interface TextOptions extends FilesOptions {
  /** What a document is. Default `'file'`. Blank lines and paragraphs are none. */
  readonly documents?: TextUnit
}

/** A place in a text file. A type and not an interface, so that it is `Json`. */
export type TextPosition = {
  /** Bytes of UTF-8 before it. */
  readonly byte: number
  /** Documents before it. */
  readonly documents: number
  /** Parts before it of a document that is not over. */
  readonly parts: number
  readonly encoding?: string
}

/**
 * Plain text files as documents. Line ends become LF, a byte order mark goes. A document over `maxDocumentBytes` travels as
 * parts of up to 1 MiB, cut at a line end or space where there is one. Ids: the file's name; `name#7` for the seventh line or paragraph.
 */
export function text(options: TextOptions): Source<Documents> {
  const settings = { documents: 'file' as const, ...options, ...filesDefaults(options, 'text') }
  return filesSource({ ...settings, extensions: ['.txt', '.text', '.md'], read: textReader(settings) })
}

export function textReader(settings: Required<TextOptions>): FormatReader<TextPosition> {
  const { documents: unit, encoding, maxDocumentBytes: limit } = settings
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding, from)
    const part = Math.min(limit, partBytes)
    const cutting = {
      boundary: unit === 'file' ? ('none' as const) : unit,
      target: unit === 'file' ? limit : pieceBytes(settings),
      limit,
      part,
      start: from?.byte ?? 0,
      inside: (from?.parts ?? 0) > 0,
    }
    const onBroken = brokenOnce(file, context)
    const breathe = breather()
    let documents = from?.documents ?? 0
    let parts = from?.parts ?? 0
    // A stretch that the limit cut: whether its document goes on after it shows in the next piece.
    let held: (Batch<TextPosition> & { rows: readonly DocumentRow[] }) | undefined

    const position = (byte: number): TextPosition => {
      const known = reader.encoding()
      return { byte, documents, parts, ...(known === undefined ? {} : { encoding: known }) }
    }
    const rowsOf = (content: string, over: boolean): DocumentRow[] => {
      const id = unit === 'file' ? file.name : `${file.name}#${documents + 1}`
      const trimmed = trimUnit(content, unit, parts === 0, over)
      const texts = parts === 0 && over && fits(trimmed, limit) ? [trimmed] : partsOf(trimmed, part)
      const first = parts
      if (over) documents++
      parts = over ? 0 : parts + texts.length
      return texts.map((text, i) => {
        return { id, text, source: context.id, part: first + i, last: over && i === texts.length - 1 }
      })
    }

    try {
      for await (const piece of piecesOf(reader, cutting)) {
        const units = splitText(lineFeeds(decodePiece(piece, onBroken)), unit)
        const over = piece.whole || units.length > 1
        if (held) {
          const ends = over && units[0] === ''
          if (ends) {
            documents++
            parts = 0
          }
          const rows = ends ? held.rows.map((row, i) => ({ ...row, last: i === held!.rows.length - 1 })) : held.rows
          yield { ...held, rows, position: { ...held.position, documents, parts } }
          held = undefined
        }
        const rows: DocumentRow[] = []
        for (let i = 0; i < units.length; i++) {
          if (parts === 0 && isBlank(units[i]!)) continue
          for (const row of rowsOf(units[i]!, piece.whole || i < units.length - 1)) rows.push(row)
        }
        const batch = { rows, bytes: piece.bytes.length, position: position(piece.end) }
        if (parts > 0) held = batch
        else yield batch
        // The parts of a long document are cut from what is in memory already.
        await breathe()
      }
    } finally {
      await reader.close()
    }
  }
}
