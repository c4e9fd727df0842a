import { DataError } from '@sluice/pipeline'
import type { RawPiece, RawPlace } from './raw.ts'
import { noSite, readSite, type Site } from './xml/site.ts'

/** Whole pages, one after the other. */
export interface Chunk {
  readonly site: Site
  /** Where that site's header is; undefined for the one that the file begins with. */
  readonly header: RawPlace | undefined
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly start: RawPlace
  readonly end: RawPlace
  /** Set instead of pages: a page too long to be read, as far as it was looked at. */
  readonly overlong: boolean
}

export interface ChunkOptions {
  readonly file: string
  /** Bytes of a chunk, as long as they hold the end of a page. */
  readonly target: number
  /** Bytes over which a page is not read. */
  readonly maxPageBytes: number
  /** The site whose pages come first, where the pieces do not begin with its header. */
  readonly site?: Site
  readonly header?: RawPlace | undefined
  /** Whether to give out no more than a chunk without pages, for its site. Default false. */
  readonly siteOnly?: boolean
  /** Memory for a chunk; taken where it is large enough. Default: new. */
  room?(): ArrayBuffer | undefined
}

const headerStart = Buffer.from('<mediawiki')
const siteEnd = Buffer.from('</siteinfo>')
const pageStart = Buffer.from('<page>')
const pageEnd = Buffer.from('</page>')
const dumpEnd = Buffer.from('</mediawiki>')
/** Bytes of a header, and of what may stand before it. */
const longestHeader = 4 * 1024 * 1024

/**
 * Cuts the XML of a dump into chunks of whole pages. A header, be it of a second dump behind the first, is read on the way. How it
 * is cut depends on the XML from a chunk's start alone.
 *
 * @throws DataError for what is no dump, or ends within one, after all that is whole
 */
export async function* chunksOf(
  pieces: AsyncIterable<RawPiece>,
  options: ChunkOptions,
): AsyncGenerator<Chunk, void, undefined> {
  const { file, target, maxPageBytes } = options
  let window = Buffer.allocUnsafeSlow(64 * 1024)
  let from = 0
  let to = 0
  /** Bytes of XML before the window's first. */
  let base = -1
  const places: RawPlace[] = []
  let { site, header } = { site: options.site, header: options.header }
  let first = options.site === undefined
  let opened = options.site !== undefined && options.site !== noSite
  let skipping = false
  let failure: { error: unknown } | undefined

  const placeOf = (at: number): RawPlace => {
    const byte = base + at
    while (places.length > 1 && places[1]!.byte <= byte) places.shift()
    const { block } = places[0]!
    return block ? { byte, block } : { byte }
  }
  const add = ({ bytes, place }: RawPiece): void => {
    if (base < 0) base = place.byte
    places.push(place)
    if (to + bytes.length > window.length) {
      const kept = window.subarray(from, to)
      const larger =
        kept.length + bytes.length > window.length ? Buffer.allocUnsafeSlow(2 * (kept.length + bytes.length)) : window
      larger.set(kept)
      window = larger
      base += from
      to -= from
      from = 0
    }
    window.set(bytes, to)
    to += bytes.length
  }
  const copied = (pages: Uint8Array): Uint8Array<ArrayBuffer> => {
    const room = options.room?.()
    const bytes =
      room && room.byteLength >= pages.length
        ? new Uint8Array(room, 0, pages.length)
        : new Uint8Array(new ArrayBuffer(Math.max(pages.length, target)), 0, pages.length)
    bytes.set(pages)
    return bytes
  }
  const chunk = (end: number, overlong = false): Chunk => {
    const bytes = overlong ? new Uint8Array(0) : copied(window.subarray(from, end))
    const start = placeOf(from)
    from = end
    return { site: site ?? noSite, header, bytes, start, end: placeOf(end), overlong }
  }
  // What was looked for in vain is not looked for there again: a page may come in hundreds of pieces.
  const searched = new Map<Buffer, number>()
  const find = (what: Buffer, at: number): number => {
    const begin = Math.max(at, (searched.get(what) ?? 0) - base)
    const found = begin >= to ? -1 : window.subarray(0, to).indexOf(what, begin)
    if (found < 0) searched.set(what, base + Math.max(at, to - what.length + 1))
    return found
  }

  /** What can be given out of the window as it is. `ended`: nothing follows. */
  function* cut(ended: boolean): Generator<Chunk, void, undefined> {
    for (;;) {
      if (skipping) {
        const end = find(pageEnd, from)
        const keep = end >= 0 ? end + pageEnd.length : Math.max(from, to - pageEnd.length)
        from = keep
        if (end < 0) return
        skipping = false
        continue
      }
      if (site === undefined && !readHeader(ended)) return
      if (options.siteOnly) {
        yield chunk(from)
        return
      }
      const next = find(headerStart, from)
      const limit = next < 0 ? to : next
      let end = window.subarray(from, Math.min(limit, from + target)).lastIndexOf(pageEnd)
      end = end < 0 ? find(pageEnd, from) : end + from
      if (end >= limit) end = -1
      if (end >= 0 && (ended || next >= 0 || to - from >= target)) {
        end += pageEnd.length
        yield chunk(end)
        continue
      }
      if (end < 0 && next >= 0) {
        from = next
        first = false
        site = undefined
        continue
      }
      if (end < 0 && limit - from > maxPageBytes) {
        skipping = true
        yield chunk(limit, true)
        continue
      }
      return
    }
  }

  /** Reads the header at `from`, or finds that there is none. Returns whether that is known. */
  function readHeader(ended: boolean): boolean {
    const start = find(headerStart, from)
    const page = find(pageStart, from)
    const end = start < 0 ? -1 : find(siteEnd, start)
    const bare = page >= 0 && (start < 0 || page < start || end < 0 || page < end)
    if (!bare && end < 0) {
      if (!ended && to - from < longestHeader) return false
      if (start < 0) throw noDump(window.subarray(from, to))
      if (!ended) throw noDump(window.subarray(start, to))
      return false
    }
    const stop = bare ? page : end + siteEnd.length
    if (start >= 0 && start < stop) {
      opened = true
      header = first ? undefined : placeOf(start)
      site = readSite(window.subarray(start, stop))
    } else site = noSite
    from = stop
    return true
  }

  function noDump(bytes: Buffer): DataError {
    const shown = bytes.toString('utf8', 0, 60).replace(/\s+/g, ' ').trim()
    return new DataError(`expected a MediaWiki XML export, found "${shown}"`, {
      file,
      advice: 'point "path" at dumps of pages, such as enwiki-latest-pages-articles.xml.bz2',
    })
  }

  try {
    for await (const piece of pieces) {
      add(piece)
      yield* cut(false)
    }
  } catch (error) {
    failure = { error }
  }
  if (to > from) yield* cut(true)
  if (failure) throw failure.error
  if (base < 0) return
  const rest = window.subarray(from, to)
  const inside = skipping || rest.includes('<page') || (opened && !endsDump(rest))
  if (inside) {
    throw new DataError('the dump is cut short: it ends before its </mediawiki>', {
      file,
      place: `byte ${base + to} of the XML`,
      advice: 'fetch the file again and compare its size with the original',
    })
  }
}

function endsDump(rest: Buffer): boolean {
  return rest.includes(dumpEnd)
}
