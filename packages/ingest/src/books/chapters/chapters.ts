import { withoutContents } from './contents.ts'
import { headingsOf } from './headings.ts'
import { numeralHeadings } from './numerals.ts'

/** A stretch of a book. Stretches follow each other without a gap: joined they are the text. */
export interface Chapter {
  /** Its heading on one line; undefined for what stands before the first, a title page for instance. */
  readonly heading: string | undefined
  readonly text: string
}

/**
 * Cuts a book at its chapter headings: "CHAPTER 1. Loomings.", "Chapter One", "BOOK I", "THE SECOND PART", "第三回", bare
 * numerals where there is nothing else, and the parts that stand beside chapters, "EPILOGUE" for instance. A table of contents
 * belongs to what is before it, and a heading with nothing under it ("BOOK I", then "CHAPTER I") to the chapter after it.
 */
export function chaptersOf(text: string): Chapter[] {
  let headings = withoutContents(headingsOf(text), text)
  if (headings.length < 2) {
    const numerals = numeralHeadings(text)
    if (numerals.length > headings.length) headings = numerals
  }
  const chapters: Chapter[] = []
  let start = 0
  let heading: string | undefined
  for (let i = 0; i <= headings.length; i++) {
    const next = headings[i]
    const cut = next?.start ?? text.length
    const under = text.slice(i === 0 ? start : headings[i - 1]!.end, cut)
    const last = next === undefined
    if (under.trim() === '' && !last) {
      heading = joined(heading, next.label)
      continue
    }
    if (last && under.trim() === '' && chapters.length > 0) {
      const before = chapters.pop()!
      chapters.push({ heading: before.heading, text: before.text + text.slice(start) })
      break
    }
    chapters.push({ heading, text: text.slice(start, cut) })
    start = cut
    heading = next?.label
  }
  return chapters.filter(chapter => chapter.text !== '')
}

function joined(outer: string | undefined, inner: string): string {
  return outer === undefined ? inner : `${outer} / ${inner}`
}
