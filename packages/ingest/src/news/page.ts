import { openBytes } from '../bytes/open.ts'
import { decodeLabelled } from '../html/charset.ts'
import { BadPage, type Extractor } from '../html/extract.ts'
import { badRecords } from '../source/bad-records.ts'
import type { FormatReader } from '../source/files-source.ts'
import { documentBatches } from '../source/rows.ts'
import type { NewsSettings } from './options.ts'
import { titled, toldBy } from './text.ts'

/** A place in a page: parts of its document that have gone out. */
export type PagePosition = { readonly parts?: number; readonly whole?: true }

const withoutText = ['page without text', 'pages without text'] as const

/** A file that is a web page, as one document. */
export function pageReader(settings: NewsSettings, extractors: () => Extractor): FormatReader<PagePosition> {
  const { maxPageBytes, onError, titles } = settings
  return async function* read(file, from, context) {
    if (from?.whole) return
    const { reader } = await openBytes(file)
    const extractor = extractors()
    const next: PagePosition = { whole: true }
    try {
      const bytes = await reader.peek(maxPageBytes + 1)
      const onBad = badRecords(file, context, onError)
      if (bytes.length > maxPageBytes) return onBad(`expected a page of at most ${maxPageBytes} bytes`, 'byte 0')
      // A fault of the reader shows when what came before it has been read.
      if (bytes.length > 0) await reader.read(new Uint8Array(bytes.length))
      await reader.read(new Uint8Array(1))
      const article = await extractor.extract(decodeLabelled(bytes))
      if (article === undefined) return context.leaveOut(withoutText)
      const metadata = toldBy(article)
      const row = {
        id: file.name,
        text: titled(article.text, article.title, titles),
        source: context.id,
        lang: article.lang,
        metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
      }
      yield* documentBatches<PagePosition>({ row, here: {}, next }, settings.maxDocumentBytes, from?.parts)
    } catch (error) {
      if (!(error instanceof BadPage)) throw error
      badRecords(file, context, onError)(error.message, 'byte 0', error)
    } finally {
      await reader.close()
      await extractor.close()
    }
  }
}
