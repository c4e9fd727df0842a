import { type DocumentRow, type Documents, maxDocumentBytes, type Source } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { decodePiece } from '../pieces/decode.ts'
import { lineFeeds } from '../pieces/newlines.ts'
import { partsOf } from '../pieces/parts.ts'
import { piecesOf } from '../pieces/pieces.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import type { FilesOptions } from '../source/options.ts'
import { type Chapter, chaptersOf } from './chapters/chapters.ts'
import type { BookHeader } from './gutenberg/header.ts'
import { bookStretches } from './gutenberg/stretches.ts'
import { unwrap } from './unwrap.ts'

export interface BooksOptions extends FilesOptions {
  /** One document per chapter instead of per book. Default false. */
  readonly chapters?: boolean
  /** Joins hard-wrapped lines to paragraphs. Default false. */
  readonly unwrap?: boolean
}

/** A place in a book: rows made of its file before. Resuming reads the file again up to there. */
export type BookPosition = { readonly rows: number }

/**
 * Books in plain text. Header, credits and footer of Project Gutenberg go, in all their historical spellings; title, author and
 * number are kept as metadata. Chapters joined are the book. Ids: the file's name; `name#7` for the seventh chapter.
 *
 * Chapters and headers are looked for in 8 MiB at a time: a whole book, for all but a handful.
 */
export function books(options: BooksOptions): Source<Documents> {
  const { id = 'books', path, baseDir = process.cwd(), emit = () => {} } = options
  return filesSource({ id, path, baseDir, emit, extensions: ['.txt', '.text'], read: bookReader(options) })
}

function bookReader(options: BooksOptions): FormatReader<BookPosition> {
  const { encoding = 'auto', chapters = false, maxDocumentBytes: limit = maxDocumentBytes } = options
  const sections = (text: string): Chapter[] => (chapters ? chaptersOf(text) : [{ heading: undefined, text }])
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding)
    const onBroken = brokenOnce(file, context)
    const stretchesOf = bookStretches()
    let emitted = 0
    let documents = 0
    let header: BookHeader = {}
    // The document whose end has not been seen.
    let open: OpenDocument | undefined

    /** Rows of the open document, less those that the run has had already. */
    function* flush(last: boolean): Generator<{ rows: DocumentRow[]; bytes: number; position: BookPosition }> {
      if (open === undefined) return
      for (const row of rowsOf(open, last)) {
        if (++emitted > (from?.rows ?? 0)) yield { rows: [row], bytes: row.text.length, position: { rows: emitted } }
      }
      open = last ? undefined : { ...open, text: '' }
    }
    function rowsOf(document: OpenDocument, last: boolean): DocumentRow[] {
      const texts = partsOf(options.unwrap ? unwrap(document.text) : document.text, limit)
      const first = document.parts
      document.parts += texts.length
      const { id, url, lang, metadata } = document
      return texts.map((text, i) => {
        return {
          id,
          text,
          source: context.id,
          part: first + i,
          last: last && i === texts.length - 1,
          url,
          lang,
          metadata,
        }
      })
    }

    try {
      for await (const piece of piecesOf(reader, { boundary: 'line', target: limit, limit })) {
        for (const stretch of stretchesOf(lineFeeds(decodePiece(piece, onBroken)))) {
          header = stretch.header ?? header
          for (const [i, section] of sections(stretch.text).entries()) {
            const goesOn =
              i === 0 && open !== undefined && stretch.header === undefined && section.heading === undefined
            if (goesOn && open !== undefined) {
              if (Buffer.byteLength(open.text) + Buffer.byteLength(section.text) > limit) yield* flush(false)
              open.text += section.text
              continue
            }
            yield* flush(true)
            if (!/\S/.test(section.text)) continue
            documents++
            open = openDocument(file.name, documents, chapters, header, section)
          }
          if (stretch.ends) yield* flush(true)
        }
      }
      yield* flush(true)
    } finally {
      await reader.close()
    }
  }
}

interface OpenDocument {
  id: string
  text: string
  /** Parts of it that have gone out. */
  parts: number
  url: string | undefined
  lang: string | undefined
  metadata: Readonly<Record<string, unknown>> | undefined
}

function openDocument(
  file: string,
  number: number,
  chapters: boolean,
  header: BookHeader,
  { heading, text }: Chapter,
): OpenDocument {
  const { lang, ebook, ...told } = header
  const metadata = { ...told, ...(heading === undefined ? {} : { chapter: heading }) }
  return {
    id: chapters || number > 1 ? `${file}#${number}` : file,
    text,
    parts: 0,
    url: ebook === undefined ? undefined : `https://www.gutenberg.org/ebooks/${ebook}`,
    lang,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  }
}
