import { DataError, type DocumentRow, type Documents, type Source } from '@sluice/pipeline'
import { isZip } from '../archive/is-zip.ts'
import { openUtf8 } from '../encoding/open.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { decodePiece } from '../pieces/decode.ts'
import { lineFeeds } from '../pieces/newlines.ts'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import { piecesOf } from '../pieces/pieces.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'
import { type Chapter, chaptersOf } from './chapters/chapters.ts'
import { type EpubPosition, epubReader } from './epub/epub.ts'
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
 * Books in plain text and EPUB. Header, credits and footer of Project Gutenberg go, in all their historical spellings; title, author and
 * number are kept as metadata. Chapters joined are the book. Ids: the file's name; `name#7` for the seventh chapter.
 *
 * Chapters are looked for in 8 MiB at a time: a whole book, for all but a handful.
 */
export function books(options: BooksOptions): Source<Documents> {
  const settings = { chapters: false, unwrap: false, ...options, ...filesDefaults(options, 'books') }
  const readText = bookReader(settings)
  const readEpub = epubReader(settings)
  return filesSource<BookPosition | EpubPosition>({
    ...settings,
    extensions: ['.txt', '.text', '.epub'],
    async *read(file, from, context) {
      if (await isZip(file)) yield* readEpub(file, from as EpubPosition | undefined, context)
      else if (/\.epub$/i.test(file.name)) {
        throw new DataError('expected an EPUB, found no zip archive', {
          file: file.name,
          advice: 'fetch the file again, or give it another name if it is plain text',
        })
      } else yield* readText(file, from as BookPosition | undefined, context)
    },
  })
}

const chapterWindow = 8 * 1024 * 1024

function bookReader(settings: Required<BooksOptions>): FormatReader<BookPosition> {
  const { encoding, chapters, maxDocumentBytes: limit } = settings
  const sections = (text: string): Chapter[] => (chapters ? chaptersOf(text) : [{ heading: undefined, text }])
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding)
    const window = chapters ? chapterWindow : partBytes
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
      open = last ? undefined : { ...open, text: '', bytes: 0 }
    }
    function rowsOf(document: OpenDocument, last: boolean): DocumentRow[] {
      const content = settings.unwrap ? unwrap(document.text) : document.text
      const first = document.parts
      const texts =
        first === 0 && last && fits(content, limit) ? [content] : partsOf(content, Math.min(limit, partBytes))
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
      for await (const piece of piecesOf(reader, { boundary: 'line', target: window, limit: window })) {
        for (const stretch of stretchesOf(lineFeeds(decodePiece(piece, onBroken)))) {
          header = stretch.header ?? header
          for (const [i, section] of sections(stretch.text).entries()) {
            const goesOn =
              i === 0 && open !== undefined && stretch.header === undefined && section.heading === undefined
            if (goesOn && open !== undefined) {
              const size = Buffer.byteLength(section.text)
              if (open.bytes + size > limit) yield* flush(false)
              open.text += section.text
              open.bytes += size
              continue
            }
            yield* flush(true)
            if (!/\S/.test(section.text)) continue
            documents++
            open = openDocument(file.name, documents, chapters, header, section)
          }
          if (stretch.ends && open) open.text = `${open.text.trimEnd()}\n`
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
  /** UTF-8 of `text`. */
  bytes: number
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
    bytes: Buffer.byteLength(text),
    parts: 0,
    url: ebook === undefined ? undefined : `https://www.gutenberg.org/ebooks/${ebook}`,
    lang,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  }
}
