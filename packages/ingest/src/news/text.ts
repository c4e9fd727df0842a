import type { Article } from '../html/article.ts'

/** A text with its title before it, when that is wanted and the text does not begin with it already. */
export function titled(text: string, title: string | undefined, wanted: boolean): string {
  if (!wanted || !title || text.startsWith(title)) return text
  return text === '' ? title : `${title}\n\n${text}`
}

/** What a page says of itself, as metadata. */
export function toldBy({ title, byline, published, site }: Article): Record<string, string> {
  return {
    ...(title === undefined ? {} : { title }),
    ...(byline === undefined ? {} : { author: byline }),
    ...(published === undefined ? {} : { published }),
    ...(site === undefined ? {} : { site }),
  }
}
