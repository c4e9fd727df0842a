import { availableParallelism } from 'node:os'
import { type Documents, maxDocumentBytes, type Source, type ThreadProgram } from '@sluice/pipeline'
import { DocumentsBuilder } from '../build/documents-builder.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { badRecords, type OnError } from '../source/bad-records.ts'
import { type Batch, type FormatReader, filesSource, type ReaderContext } from '../source/files-source.ts'
import { inOrder } from '../source/in-order.ts'
import type { Reason } from '../source/left-out.ts'
import { type FilesOptions, filesDefaults, pieceBytes } from '../source/options.ts'
import { documentBatches } from '../source/rows.ts'
import { type Chunk, chunksOf } from './chunks.ts'
import type { ChunkPages, NoDocument, PageOptions } from './pages.ts'
import { type RawPlace, rawPieces } from './raw.ts'
import { Rooms } from './rooms.ts'
import { type Crew, crews } from './threads/crew.ts'
import { noSite, type Site } from './xml/site.ts'

export interface WikiOptions extends Omit<FilesOptions, 'encoding'>, Partial<PageOptions> {
  /** Numbers of the namespaces whose pages are read. Default `[0]`: articles. */
  readonly namespaces?: readonly number[]
  /** Whether pages that only lead to another are documents. Default false. */
  readonly redirects?: boolean
  /** Whether lists of pages of the same name are. Default false. */
  readonly disambiguations?: boolean
  /** Tables leave nothing, or their cells' text, a row a line. Default `'drop'`. */
  readonly tables?: 'drop' | 'cells'
  /** Whether captions of pictures stay. Default false. */
  readonly captions?: boolean
  /** Whether headings of sections stay, where the section has text. Default true. */
  readonly headings?: boolean
  /** What a page that cannot be read does: end the reading, or be left out and counted. Default `'error'`. */
  readonly onError?: OnError
  /** Bytes of XML over which a page cannot be read. Default 32 MiB. */
  readonly maxPageBytes?: number
  /** Threads that decode and read pages; 0 for the one that reads. Default: one for each core, at most 8. */
  readonly threads?: number
}

/** A place in a dump, before a page or within its parts. A type and not an interface, so that it is `Json`. */
export type WikiPosition = RawPlace & {
  /** Parts before it of the page that begins here. */
  readonly parts?: number
  /** Where the header is that holds here, if it is not the file's first. */
  readonly header?: RawPlace
}

const reasons: Readonly<Record<NoDocument, Reason>> = {
  namespace: ['page of another namespace', 'pages of other namespaces'],
  redirect: ['redirect', 'redirects'],
  disambiguation: ['disambiguation', 'disambiguations'],
  model: ['page that is not wikitext', 'pages that are not wikitext'],
  empty: ['page without text', 'pages without text'],
}

const decoder = new TextDecoder()

/**
 * MediaWiki XML exports (Wikipedia's dumps), in XML, bzip2 of one stream or many, gzip or zstd; UTF-8 or UTF-16. A document is the
 * plain text of a page's last revision in the dump; its id the wiki's and the page's, `enwiki:12`; title and revision are metadata.
 *
 * @throws DataError for a page that cannot be read, unless `onError` is `'skip'`; for a file that is no dump, or ends early
 */
export function wiki(options: WikiOptions): Source<Documents> {
  const settings: WikiSettings = {
    namespaces: [0],
    redirects: false,
    disambiguations: false,
    tables: 'drop',
    captions: false,
    headings: true,
    onError: 'error',
    maxPageBytes: 32 * 1024 * 1024,
    threads: Math.min(8, availableParallelism()),
    ...options,
    ...filesDefaults({ maxDocumentBytes, ...options }, 'wiki'),
  }
  return filesSource({ ...settings, extensions: ['.xml'], read: wikiReader(settings) })
}

export type WikiSettings = Required<Omit<WikiOptions, 'encoding'>> & {
  /** Of the threads; for tests. */
  readonly program?: ThreadProgram
}

export function wikiReader(settings: WikiSettings): FormatReader<WikiPosition> {
  const { maxPageBytes, namespaces, redirects, disambiguations, tables, captions, headings } = settings
  const pageOptions: PageOptions = { namespaces, redirects, disambiguations, tables, captions, headings }
  const target = pieceBytes(settings)
  const openCrew = crews(settings)
  return async function* read(file, from, context) {
    const crew = openCrew()
    try {
      const known = from && { site: await siteAt(file, from.header ?? { byte: 0 }, crew), header: from.header }
      const raw = rawPieces(file, from ?? { byte: 0 }, crew)
      const rooms = new Rooms(crew.parallelPages + 1, 2 * target)
      const room = () => rooms.take()
      const chunks = chunksOf(raw, { file: file.name, target, maxPageBytes, room, ...known })
      const pages = inOrder(chunks, crew.parallelPages, async chunk => {
        const { site, bytes, overlong } = chunk
        return { chunk, pages: overlong ? undefined : await crew.read(bytes, site, pageOptions) }
      })
      const batchesOf = chunkBatches(file, context, settings)
      let parts = from?.parts ?? 0
      for await (const { chunk, pages: read } of pages) {
        yield* batchesOf(chunk, read, parts)
        parts = 0
        if (read) rooms.give(read.texts.buffer)
        if (context.signal.aborted) return
      }
    } finally {
      crew.close()
    }
  }
}

/** The site whose header is at a place. */
async function siteAt(file: CorpusFile, place: RawPlace, crew: Crew): Promise<Site> {
  const raw = rawPieces(file, place, { decode: crew.decode, parallel: 1 })
  for await (const chunk of chunksOf(raw, { file: file.name, target: 1, maxPageBytes: 0, siteOnly: true }))
    return chunk.site
  return noSite
}

type ChunkBatches = (
  chunk: Chunk,
  pages: ChunkPages | undefined,
  parts: number,
) => Generator<Batch<WikiPosition>, void, undefined>

/** Makes the function from what became of a chunk to batches. */
function chunkBatches(file: CorpusFile, context: ReaderContext, settings: WikiSettings): ChunkBatches {
  const { maxDocumentBytes: limit, maxPageBytes, onError } = settings
  const onBad = badRecords(file, context, onError, 'fetch the dump again')
  const builder = new DocumentsBuilder()
  const source = Buffer.from(context.id)
  let toldBroken = false

  return function* batches({ site, header, start, end }, pages, skipParts) {
    const within = header ? { header } : {}
    const placeAt = (at: number): WikiPosition => ({ ...start, byte: start.byte + at, ...within })
    const placeName = (at: number): string => {
      const bzip2 = start.block ? `, bzip2 block at bit ${start.block.bit}` : ''
      return `byte ${start.byte + at} of the XML${bzip2}`
    }
    if (pages === undefined) {
      onBad(`expected a page of at most ${maxPageBytes} bytes`, placeName(0))
      return
    }
    builder.clear()
    const flush = (position: WikiPosition): Batch<WikiPosition> => ({
      rows: builder,
      bytes: builder.text.bytes.length,
      position,
    })
    const { texts, documents, bad, left, broken } = pages
    if (broken >= 0 && !toldBroken) {
      toldBroken = true
      context.warn(`${file.name}: ${placeName(broken)}: not valid UTF-8; such bytes become U+FFFD`)
    }
    let nextBad = 0
    let textStart = 0
    for (const { at, end: pageEnd, textEnd, id, url, created, metadata } of documents) {
      for (; nextBad < bad.length && bad[nextBad]!.at < at; nextBad++) {
        // What was read before the fault is whole.
        if (onError === 'error' && builder.rows > 0) yield flush(placeAt(bad[nextBad]!.at))
        onBad(bad[nextBad]!.message, placeName(bad[nextBad]!.at))
      }
      const text = texts.subarray(textStart, textEnd)
      textStart = textEnd
      if (text.length > limit || skipParts > 0) {
        if (builder.rows > 0) yield flush(placeAt(at))
        builder.clear()
        const row = {
          id,
          text: decoder.decode(text),
          source: context.id,
          url,
          created,
          lang: site.lang,
          metadata: JSON.parse(metadata),
        }
        const here = placeAt(at)
        yield* documentBatches({ row, next: placeAt(pageEnd), here }, limit, skipParts)
        skipParts = 0
        continue
      }
      builder.id.appendString(id)
      builder.text.appendBytes(text)
      builder.source.appendBytes(source)
      builder.url.appendString(url)
      builder.lang.appendString(site.lang)
      builder.metadata.appendString(metadata)
      builder.close(created)
    }
    for (; nextBad < bad.length; nextBad++) {
      if (onError === 'error' && builder.rows > 0) yield flush(placeAt(bad[nextBad]!.at))
      onBad(bad[nextBad]!.message, placeName(bad[nextBad]!.at))
    }
    for (const [reason, count] of Object.entries(left))
      for (let i = 0; i < count; i++) context.leaveOut(reasons[reason as NoDocument])
    yield flush({ ...end, ...within })
  }
}
