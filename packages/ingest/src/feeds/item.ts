/** An item of a feed, or an entry, as it is written: nothing is resolved. */
export interface FeedItem {
  /** `guid`, `id` or `rdf:about`. */
  readonly id?: string
  readonly link?: string
  /** Plain text, as all that follows. */
  readonly title?: string
  /** The whole content; where there is only a summary, that. */
  readonly text: string
  /** As it is written. */
  readonly created?: string
  readonly author?: string
  readonly categories: readonly string[]
  readonly lang?: string
}

/** What a feed says of itself. */
export interface FeedHead {
  title?: string
  link?: string
  lang?: string
}

/** Elements of an item that are read, the likeliest first, by what they are for. Names as `feedNames` gives them. */
export const itemElements = {
  text: ['content:encoded', 'content', 'xhtml:body', 'body', 'fulltext', 'description', 'summary', 'dc:description'],
  created: ['pubdate', 'published', 'dc:date', 'dcterms:created', 'issued', 'created', 'updated', 'modified', 'date'],
  id: ['guid', 'id'],
  author: ['dc:creator', 'author', 'dc:author'],
} as const
