import { resolveHref } from './package.ts'
import { walkXml } from './xml.ts'

/**
 * Headings by the document that they are of, from a navigation document (EPUB 3) or an NCX (EPUB 2). A document that several entries
 * point to has the first one's.
 *
 * @param name of the list of contents itself
 */
export function headingsOf(xml: string, name: string): Map<string, string> {
  const headings = new Map<string, string>()
  const add = (href: string | undefined, heading: string): void => {
    const target = href === undefined ? undefined : resolveHref(name, href)
    if (target !== undefined && heading !== '' && !headings.has(target)) headings.set(target, heading.slice(0, 300))
  }
  // Labels come before the addresses they are of in an NCX; points nest.
  const labels: string[] = []
  let lists = 0
  walkXml(xml, {
    open({ name: tag, attributes }) {
      // Of several lists only the contents: landmarks and pages name the same documents otherwise.
      if (tag === 'nav') lists = /\btoc\b/.test(attributes['epub:type'] ?? 'toc') ? 1 : 2
      else if (tag === 'navpoint') labels.push('')
      else if (tag === 'content' && labels.length > 0) add(attributes.src, labels.at(-1)!)
    },
    close({ name: tag, attributes }, text) {
      if (tag === 'a' && lists < 2) add(attributes.href, text)
      else if (tag === 'navlabel' && labels.length > 0) labels[labels.length - 1] = text
      else if (tag === 'navpoint') labels.pop()
    },
  })
  return headings
}
