import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { surroundings, unread } from './elements.ts'
import { slimPage } from './slim.ts'
import { htmlToText } from './text.ts'

/** What a page is about, and what it says of itself. */
export interface Article {
  readonly text: string
  readonly title?: string
  readonly byline?: string
  /** As the page writes it. */
  readonly published?: string
  readonly lang?: string
  readonly site?: string
}

/** Elements of a page over which the extractor's time could be felt. The text of a larger page is taken without it. */
export const maxElements = 6000

/**
 * The article in a page, by Mozilla's Readability. Where it finds none, or the page is too large for it: the text of the page
 * less its navigation, header, footer and the like.
 *
 * @returns undefined for a page without text
 * @throws TooDeep
 */
export function articleOf(html: string): Article | undefined {
  const slim = slimPage(html)
  if (slim.elements > 0 && slim.elements <= maxElements) {
    const article = readable(slim.html)
    if (article) return article
  }
  const text = htmlToText(slim.html, plain)
  if (text === '') return undefined
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(slim.html)?.[1]
  const lang = /<html[^>]*\slang="([^"]+)"/i.exec(slim.html)?.[1]
  return { text, ...told({ title: title === undefined ? undefined : htmlToText(title), lang }) }
}

const plain: ReadonlySet<string> = new Set([...unread, ...surroundings])

function readable(html: string): Article | undefined {
  // The DOM takes the first element for the root, whatever it is.
  const rooted = /^\s*(?:<!doctype[^>]*>)?\s*<html[\s>]/i.test(html)
  const { document } = parseHTML(rooted ? html : `<html><body>${html}</body></html>`)
  // Markup such as `<html></html>` alone leaves it without a body.
  if (!document.body) return undefined
  const found = new Readability(document as never).parse()
  if (!found?.content) return undefined
  const text = htmlToText(found.content)
  if (text === '') return undefined
  const { title, byline, publishedTime, lang, siteName } = found
  return {
    text,
    ...told({ title: withoutSite(title, siteName), byline, published: publishedTime, lang, site: siteName }),
  }
}

/** A title less the name of the site behind it: `Whale seen - The Mariner`. */
function withoutSite(title: string | null | undefined, site: string | null | undefined): string | null | undefined {
  if (!title || !site || !title.endsWith(site)) return title
  const bare = title.slice(0, -site.length)
  return /\S\s+[-–—|·:»]\s*$/.test(bare) ? bare.replace(/\s+[-–—|·:»]\s*$/, '') : title
}

type Told = Omit<Article, 'text'>

/** The members that have a value, on one line each. */
function told(values: { [key in keyof Told]: string | null | undefined }): Told {
  const kept: Record<string, string> = {}
  for (const [key, value] of Object.entries(values)) {
    const line = value?.replace(/\s+/g, ' ').trim()
    if (line) kept[key] = line
  }
  return kept
}
