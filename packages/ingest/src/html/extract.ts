import { breather } from '../source/breathe.ts'
import type { Article } from './article.ts'
import { TooDeep } from './elements.ts'
import { htmlToText } from './text.ts'

/** What of a page is wanted: the article in it, or all its text. */
export type PageContent = 'article' | 'page'

/** Makes text of pages. */
export interface Extractor {
  /** Pages that are worth giving it at once. */
  readonly parallel: number
  /** Undefined for a page without text. @throws BadPage */
  extract(html: string): Promise<Article | undefined>
  close(): Promise<void>
}

/** Why a page gives no text. */
export class BadPage extends Error {}

/** @throws BadPage */
export async function extractPage(html: string, content: PageContent): Promise<Article | undefined> {
  // The extractor and its DOM take a tenth of a second to load: only for those who have pages.
  const { articleOf } = await import('./article.ts')
  try {
    if (content === 'article') return articleOf(html)
    const text = htmlToText(html)
    return text === '' ? undefined : { text }
  } catch (error) {
    // Whatever a page can do to a parser, it is one page among millions.
    throw new BadPage(error instanceof TooDeep ? error.message : `the extractor failed (${(error as Error).message})`)
  }
}

/** Pages one after the other, on this thread, with turns for everything else in between. */
export function inlineExtractor(content: PageContent): Extractor {
  const breathe = breather()
  return {
    parallel: 1,
    async extract(html) {
      await breathe()
      return extractPage(html, content)
    },
    async close() {},
  }
}
