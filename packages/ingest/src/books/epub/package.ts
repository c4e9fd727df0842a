import { posix } from 'node:path'
import { entryName } from '../../archive/entry-name.ts'
import { walkXml } from './xml.ts'

/** What a book's package document (EPUB 2 and 3) tells. */
export interface EpubPackage {
  readonly title: string | undefined
  readonly authors: readonly string[]
  readonly lang: string | undefined
  readonly identifiers: readonly string[]
  readonly date: string | undefined
  readonly publisher: string | undefined
  readonly subjects: readonly string[]
  /** Names in the archive of the documents to read, in reading order; undefined for one that leads out of it. */
  readonly spine: readonly (string | undefined)[]
  /** Names of the documents that list the chapters: the navigation document, or the NCX of EPUB 2. */
  readonly contents: readonly string[]
}

/** Name of the package document, from META-INF/container.xml. */
export function rootFile(container: string): string | undefined {
  let found: string | undefined
  walkXml(container, {
    open({ name, attributes }) {
      if (name === 'rootfile') found ??= entryName(attributes['full-path'] ?? '')
    },
  })
  return found
}

/** Whether META-INF/encryption.xml locks more than fonts: the two algorithms that only disguise those lock nothing. */
export function isLocked(encryption: string): boolean {
  let locked = false
  walkXml(encryption, {
    open({ name, attributes }) {
      if (name !== 'encryptionmethod') return
      const algorithm = attributes.Algorithm ?? ''
      locked ||= algorithm !== 'http://www.idpf.org/2008/embedding' && algorithm !== 'http://ns.adobe.com/pdf/enc#RC'
    },
  })
  return locked
}

/** @param name of the package document: what it refers to is relative to it */
export function readPackage(xml: string, name: string): EpubPackage {
  const values = new Map<string, string[]>()
  const items = new Map<string, { name: string | undefined; type: string; properties: string }>()
  const order: string[] = []
  let inMetadata = false
  let toc: string | undefined
  walkXml(xml, {
    open({ name: tag, attributes }) {
      if (tag === 'metadata') inMetadata = true
      else if (tag === 'item') {
        items.set(attributes.id ?? '', {
          name: resolveHref(name, attributes.href ?? ''),
          type: attributes['media-type'] ?? '',
          properties: attributes.properties ?? '',
        })
      } else if (tag === 'itemref' && attributes.linear !== 'no' && order.length < 100_000)
        order.push(attributes.idref ?? '')
      else if (tag === 'spine') toc = attributes.toc
    },
    close({ name: tag }, text) {
      if (tag === 'metadata') inMetadata = false
      if (inMetadata && text !== '') {
        const list = values.get(tag)
        if (list === undefined) values.set(tag, [text])
        else if (list.length < 100) list.push(text)
      }
    },
  })
  const first = (tag: string): string | undefined => values.get(tag)?.[0]
  const documents = order
    .map(id => items.get(id))
    .filter(item => item !== undefined && /html|dtbook|^$/i.test(item.type))
  const navigation = [...items.values()].filter(({ properties }) => /\bnav\b/.test(properties))
  const ncx = [items.get(toc ?? ''), ...[...items.values()].filter(({ type }) => type === 'application/x-dtbncx+xml')]
  return {
    title: first('title'),
    authors: values.get('creator') ?? [],
    lang: first('language'),
    identifiers: values.get('identifier') ?? [],
    date: first('date'),
    publisher: first('publisher'),
    subjects: values.get('subject') ?? [],
    spine: [...new Set(documents.map(item => item!.name))],
    contents: [...navigation, ...ncx].map(item => item?.name).filter(found => found !== undefined),
  }
}

/** Name in the archive of what a document there refers to; undefined where that is outside. */
export function resolveHref(from: string, href: string): string | undefined {
  const path = href.replace(/[?#].*$/s, '')
  if (path === '' || /^[a-z][a-z\d+.-]*:/i.test(path)) return undefined
  let decoded = path
  try {
    decoded = decodeURIComponent(path)
  } catch {
    // A percent sign that is meant as one.
  }
  return entryName(decoded.startsWith('/') ? decoded : posix.join(posix.dirname(from), decoded))
}
