import { DataError, type DocumentRow } from '@sluice/pipeline'
import { openZip, type ZipArchive } from '../../archive/zip.ts'
import { openFile } from '../../bytes/file.ts'
import { decodeLabelled } from '../../html/charset.ts'
import { TooDeep } from '../../html/elements.ts'
import { htmlToTextSlowly } from '../../html/text.ts'
import type { CorpusFile } from '../../path/corpus-file.ts'
import type { FormatReader, ReaderContext } from '../../source/files-source.ts'
import { documentBatches } from '../../source/rows.ts'
import type { BookHeader } from '../gutenberg/header.ts'
import { bookStretches } from '../gutenberg/stretches.ts'
import { headingsOf } from './contents.ts'
import { type EpubPackage, isLocked, readPackage, rootFile } from './package.ts'

/** A place in a book: documents before it, and parts of the next one. Resuming reads the chapters before it again. */
export type EpubPosition = { readonly documents: number; readonly parts?: number }

export interface EpubSettings {
  /** One document per chapter instead of per book. */
  readonly chapters: boolean
  readonly maxDocumentBytes: number
}

/** Bytes of one entry of the archive, and of all that are read: a book of text has a few MB. */
const maxEntryBytes = 32 * 1024 * 1024
const maxBookBytes = 256 * 1024 * 1024

const missing = ['chapter that is not in its archive', 'chapters that are not in their archive'] as const

/**
 * EPUB 2 and 3: the documents of the spine in reading order, as text. Headings are those of the table of contents. Header and footer of
 * Project Gutenberg go, as in plain text.
 */
export function epubReader({ chapters, maxDocumentBytes }: EpubSettings): FormatReader<EpubPosition> {
  return async function* read(file, from, context) {
    const plain = await openFile(file)
    try {
      const zip = await openZip(plain, file.name)
      const book = await openBook(zip, file)
      let documents = 0
      let parts = from?.parts ?? 0
      const whole: string[] = []
      let header: BookHeader = {}
      function* document(id: string, text: string, heading?: string) {
        const here = { documents }
        documents++
        const row = rowOf(book, header, context.id, id, text, heading)
        if (documents <= (from?.documents ?? 0)) return
        yield* documentBatches<EpubPosition>({ row, here, next: { documents } }, maxDocumentBytes, parts)
        parts = 0
      }
      for await (const chapter of chaptersOf(zip, book, file, context)) {
        header = { ...header, ...chapter.header }
        if (!chapters) whole.push(chapter.text)
        else yield* document(`${file.name}#${documents + 1}`, chapter.text, chapter.heading)
      }
      if (whole.length > 0) yield* document(file.name, whole.join('\n\n'))
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error
      throw new DataError(error.message, { file: file.name, advice: 'leave the file out of "path"', cause: error })
    } finally {
      await plain.close()
    }
  }
}

async function openBook(zip: ZipArchive, { name: file }: CorpusFile): Promise<EpubPackage> {
  const text = async (name: string): Promise<string> => decodeLabelled(await zip.read(name, maxEntryBytes))
  const none = (why: string): DataError =>
    new DataError(`it is no EPUB: ${why}`, { file, advice: 'leave it out of "path", or unpack it' })
  if (!zip.has('META-INF/container.xml')) throw none('META-INF/container.xml is missing')
  if (zip.has('META-INF/encryption.xml') && isLocked(await text('META-INF/encryption.xml'))) {
    throw new DataError('the book is locked (DRM): its text is encrypted', {
      file,
      place: 'META-INF/encryption.xml',
      advice: 'leave it out of "path"',
    })
  }
  const root = rootFile(await text('META-INF/container.xml'))
  if (root === undefined || !zip.has(root)) throw none('its package document is missing')
  const book = readPackage(await text(root), root)
  if (book.spine.length === 0) throw none('its package document names nothing to read')
  return book
}

interface EpubChapter {
  readonly heading: string | undefined
  readonly text: string
  readonly header: BookHeader
}

async function* chaptersOf(
  zip: ZipArchive,
  book: EpubPackage,
  file: CorpusFile,
  context: ReaderContext,
): AsyncGenerator<EpubChapter, void, undefined> {
  const headings = new Map<string, string>()
  for (const name of book.contents) {
    if (!zip.has(name)) continue
    const list = headingsOf(decodeLabelled(await zip.read(name, maxEntryBytes)), name)
    for (const [target, heading] of list) if (!headings.has(target)) headings.set(target, heading)
  }
  const stretchesOf = bookStretches()
  let left = maxBookBytes
  for (const name of book.spine) {
    if (context.signal.aborted) return
    if (name === undefined || !zip.has(name)) {
      context.leaveOut(missing)
      context.warn(`${file.name}: a chapter is not in the archive; such chapters are left out`)
      continue
    }
    const bytes = await zip.read(name, maxEntryBytes)
    left -= bytes.length
    if (left < 0) {
      throw new DataError(`expected a book of at most ${maxBookBytes} bytes`, {
        file: file.name,
        place: name,
        advice: 'leave the file out of "path"',
      })
    }
    let text = ''
    let header: BookHeader = {}
    for (const stretch of stretchesOf(`${await htmlToTextSlowly(decodeLabelled(bytes))}\n`)) {
      header = stretch.header ?? header
      text += stretch.text
    }
    text = text.trim()
    if (text !== '') yield { heading: headings.get(name), text, header }
  }
}

function rowOf(
  book: EpubPackage,
  { lang, ebook, ...told }: BookHeader,
  source: string,
  id: string,
  text: string,
  chapter: string | undefined,
): DocumentRow {
  const { title, authors, date, publisher, subjects, identifiers } = book
  const metadata = Object.fromEntries(
    Object.entries({
      ...told,
      title,
      author: authors.length > 0 ? authors.join(', ') : undefined,
      date,
      publisher,
      subjects: subjects.length > 0 ? subjects : undefined,
      identifier: identifiers[0],
      chapter,
    }).filter(([, value]) => value !== undefined),
  )
  const gutenberg =
    ebook ?? identifiers.map(found => /gutenberg\.org\/(?:ebooks\/)?(\d+)/.exec(found)?.[1]).find(Boolean)
  return {
    id,
    text,
    source,
    url:
      gutenberg === undefined
        ? identifiers.find(found => /^https?:/.test(found))
        : `https://www.gutenberg.org/ebooks/${gutenberg}`,
    lang: book.lang ?? lang,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  }
}
