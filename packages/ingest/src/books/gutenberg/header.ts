import { languageCode } from './languages.ts'

/** What a Project Gutenberg header tells of its book. */
export interface BookHeader {
  title?: string
  author?: string
  translator?: string
  editor?: string
  illustrator?: string
  language?: string
  /** ISO 639-1 of `language`, where it is one of those the collection is mostly in. */
  lang?: string
  /** Number in the collection. */
  ebook?: number
}

const fields = ['title', 'author', 'translator', 'editor', 'illustrator', 'language'] as const

/** Reads the `Name: value` lines, and of older headers "Project Gutenberg's <title>, by <author>" in the first line. */
export function headerOf(header: string): BookHeader {
  const found: BookHeader = {}
  for (const field of fields) {
    // A value goes on in the lines after it that are indented.
    const match = new RegExp(`^${field}:[ \\t]*(.+(?:\\n[ \\t]+\\S.*)*)`, 'im').exec(header)
    if (match) found[field] = oneLine(match[1]!)
  }
  const first = /^[ *\t]*(?:The )?Project Gutenberg(?:['\u2019]s)?(?: E(?:Book|text))?(?: of|,)? (.+(?:\n.+)*)/i.exec(
    header,
  )
  const named = first && /^(.+?),? by (.+?)(?:[ *]*$)/i.exec(oneLine(first[1]!))
  if (named) {
    found.title ??= named[1]!
    found.author ??= named[2]!
  }
  const number = /\[?E(?:Book|text) #\s*(\d+)/i.exec(header)
  if (number) found.ebook = Number(number[1])
  const lang = found.language && languageCode(found.language)
  if (lang) found.lang = lang
  return found
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
