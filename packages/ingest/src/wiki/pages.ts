import { isUtf8 } from 'node:buffer'
import { linkPrefixes } from './wikitext/links.ts'
import { isRedirect } from './wikitext/redirect.ts'
import { room, WikitextStripper } from './wikitext/strip.ts'
import { BadPage } from './xml/bad-page.ts'
import { type Page, readPage } from './xml/page.ts'
import { pageUrl, type Site } from './xml/site.ts'
import { unescapeXml } from './xml/unescape.ts'

/** Which pages are read, and what of them. */
export interface PageOptions {
  /** Numbers of the namespaces whose pages are read; 0 has the articles. */
  readonly namespaces: readonly number[]
  readonly redirects: boolean
  readonly disambiguations: boolean
  readonly tables: 'drop' | 'cells'
  readonly captions: boolean
  readonly headings: boolean
}

/** Why a page gave no document. */
export type NoDocument = 'namespace' | 'redirect' | 'disambiguation' | 'model' | 'empty'

/** A page's document; its text is among those of the chunk. */
export interface WikiDocument {
  /** Where its page begins in the chunk. */
  readonly at: number
  /** Where its page ends. */
  readonly end: number
  /** Where its text ends among the texts; it begins where the one before ends. */
  readonly textEnd: number
  readonly id: string
  readonly url: string | undefined
  readonly created: number | undefined
  readonly metadata: string
}

/** What became of the pages of a chunk. Plain data, so that it can be sent from thread to thread. */
export interface ChunkPages {
  /** In the memory of the chunk, as a rule. */
  readonly texts: Uint8Array<ArrayBuffer>
  readonly documents: readonly WikiDocument[]
  readonly bad: readonly { readonly at: number; readonly message: string }[]
  readonly left: Readonly<Record<NoDocument, number>>
  /** Where the first page begins whose text was not UTF-8, else -1. */
  readonly broken: number
}

const pageEnd = Buffer.from('</page>')

/** Makes the function that reads chunks of whole pages of one wiki's dump. It writes over the chunk. */
export function chunkReader(site: Site, options: PageOptions): (chunk: Uint8Array<ArrayBuffer>) => ChunkPages {
  const names = new Map(site.namespaces)
  const numbers = new Map(site.namespaces.map(([number, name]) => [name.toLowerCase(), number]))
  const stripper = new WikitextStripper({ ...options, prefixes: linkPrefixes(names) })
  const wanted = new Set(options.namespaces)
  let wikitext = new Uint8Array(64 * 1024)

  const namespaceOf = ({ namespace, title }: Page): number =>
    namespace ?? numbers.get(title.slice(0, Math.max(0, title.indexOf(':'))).toLowerCase()) ?? 0

  return bytes => {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    // A page's text takes the place of what has been read: it is no longer than its wikitext, but for U+FFFD.
    let texts = bytes
    const documents: WikiDocument[] = []
    const bad: { at: number; message: string }[] = []
    const left = { namespace: 0, redirect: 0, disambiguation: 0, model: 0, empty: 0 }
    let textEnd = 0
    let broken = -1

    function read(from: number, to: number): NoDocument | undefined {
      const page = readPage(chunk, from, to)
      const namespace = namespaceOf(page)
      if (!wanted.has(namespace)) return 'namespace'
      if (page.redirect && !options.redirects) return 'redirect'
      if (page.model !== undefined && page.model !== 'wikitext') return 'model'
      const size = page.textTo - page.textFrom
      if (wikitext.length < size + room) wikitext = new Uint8Array(size + (size >> 1) + room)
      const length = unescapeXml(chunk, page.textFrom, page.textTo, wikitext)
      if (!options.redirects && isRedirect(wikitext, length)) return 'redirect'
      const stripped = stripper.strip(wikitext, length)
      if (stripped.disambiguation && !options.disambiguations) return 'disambiguation'
      let text: Uint8Array = stripped.bytes
      if (!isUtf8(text)) {
        if (broken < 0) broken = from
        text = Buffer.from(Buffer.from(text.buffer, text.byteOffset, text.length).toString())
      }
      if (text.length === 0) return 'empty'
      const end = textEnd + text.length
      if (end > (texts === bytes ? to : texts.length)) {
        const larger = new Uint8Array(Math.max(chunk.length, 2 * end))
        larger.set(texts.subarray(0, textEnd))
        texts = larger
      }
      texts.set(text, textEnd)
      textEnd = end
      documents.push({ at: from, end: to, textEnd, ...described(page, namespace, site) })
      return undefined
    }

    for (let at = 0; at < chunk.length; ) {
      const next = pageAt(chunk, at)
      if (next.junk >= 0) bad.push({ at: next.junk, message: `expected a page, found "${shown(chunk, next.junk)}"` })
      if (next.at < 0) break
      const end = chunk.indexOf(pageEnd, next.at)
      const to = end < 0 ? chunk.length : end + pageEnd.length
      at = to
      try {
        const reason = read(next.at, to)
        if (reason) left[reason]++
      } catch (error) {
        if (!(error instanceof BadPage)) throw error
        bad.push({ at: next.at, message: error.message })
        // Another page may have begun in it.
        const inner = chunk.indexOf('<page>', next.at + 5)
        if (inner >= 0 && inner < to) at = inner
      }
    }
    return { texts: texts.subarray(0, textEnd), documents, bad, left, broken }
  }
}

/** Where the next page begins, and what stands before it that should not: but blanks and the dump's own end there is nothing. */
function pageAt(chunk: Buffer, from: number): { at: number; junk: number } {
  let junk = -1
  for (let at = from; at < chunk.length; ) {
    const byte = chunk[at]!
    if (byte <= 0x20) {
      at++
      continue
    }
    if (chunk.toString('latin1', at, at + 6) === '<page>' || chunk.toString('latin1', at, at + 6) === '<page ')
      return { at, junk }
    if (chunk.toString('latin1', at, at + 12) === '</mediawiki>') {
      at += 12
      continue
    }
    if (junk < 0) junk = at
    const next = chunk.indexOf('<page', at + 1)
    if (next < 0) break
    at = next
  }
  return { at: -1, junk }
}

function described(page: Page, namespace: number, site: Site): Omit<WikiDocument, 'at' | 'end' | 'textEnd'> {
  const { title, id, revision, timestamp } = page
  const time = timestamp === undefined ? Number.NaN : Date.parse(timestamp)
  const metadata = {
    title,
    page: id,
    ...(revision === undefined ? {} : { revision }),
    ...(namespace === 0 ? {} : { namespace }),
    ...(page.redirect ? { redirect: true } : {}),
  }
  return {
    id: site.name === undefined ? String(id) : `${site.name}:${id}`,
    url: pageUrl(site, title),
    created: Number.isNaN(time) ? undefined : time,
    metadata: JSON.stringify(metadata),
  }
}

function shown(chunk: Buffer, at: number): string {
  return chunk.toString('utf8', at, Math.min(chunk.length, at + 24)).replace(/\s+/g, ' ')
}
