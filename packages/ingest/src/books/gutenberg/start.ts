import { footerOf } from './end.ts'

/**
 * The lines after which a Project Gutenberg book begins, in their spellings since 1991:
 *   *** START OF (THE|THIS) PROJECT GUTENBERG EBOOK MOBY DICK ***     with or without spaces, title on one line or several
 *   *** START OF THE COPYRIGHTED PROJECT GUTENBERG …
 *   *END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*  and *END THE SMALL PRINT …
 */
const starsLine = /^[ \t]*\*{3}[ \t]*START OF (?:TH(?:E|IS) )?(?:COPYRIGHTED )?PROJECT GUTENBERG[^\n]*(?:\n|$)/gim
const smallPrintLine = /^[ \t]*\*END[ *]?[ \t]*THE SMALL PRINT[^\n]*(?:\n|$)/gim

/** Characters of a file's beginning in which its header ends, if it has one. The longest "small print" takes some 20,000. */
const headerWindow = 64 * 1024

/** Where the book begins that a header stands before: after the last start line in the window; undefined for none. */
export function afterHeader(text: string): number | undefined {
  const window = text.slice(0, headerWindow)
  // A start line after an end line is another book's, or the small print of a file that has it at its end.
  const head = window.slice(0, footerOf(window, 0))
  let after: number | undefined
  for (const line of [starsLine, smallPrintLine]) {
    for (const match of head.matchAll(line)) after = Math.max(after ?? 0, markerEnd(text, match.index, match[0]))
  }
  return after
}

/** Where the next book of a file of several begins, after `from`: only the stars are sure enough there. */
export function afterNextHeader(text: string, from: number): number | undefined {
  starsLine.lastIndex = from
  const match = starsLine.exec(text)
  starsLine.lastIndex = 0
  return match ? markerEnd(text, match.index, match[0]) : undefined
}

/** End of a marker: a long title runs on, for at most three lines, up to the closing stars. */
function markerEnd(text: string, index: number, line: string): number {
  const end = index + line.length
  if (!/^[ \t]*\*{3}/.test(line) || /\*{3}[ \t]*\n?$/.test(line)) return end
  const more = /^(?:[^\n]*\S[^\n]*\n){0,2}[^\n]*\*{3}[ \t]*(?:\n|$)/.exec(text.slice(end, end + 400))
  return end + (more?.[0].length ?? 0)
}
