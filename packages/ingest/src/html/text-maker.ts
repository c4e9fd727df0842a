import { blocks, maxDepth, paragraphs, TooDeep, unread } from './elements.ts'

/** Takes the events of a parser and makes plain text of them. */
export interface TextMaker {
  open(name: string): void
  text(content: string): void
  close(name: string): void
  /** The text so far, without blanks at its ends. */
  toString(): string
}

/**
 * Text as a browser would show it, without style: blanks collapse, blocks stand on lines of their own, paragraphs apart by a
 * blank line, cells of a table by a tab. `pre` keeps its lines.
 *
 * @param skip elements that are left out with all they hold
 * @throws TooDeep
 */
export function textMaker(skip: ReadonlySet<string> = unread): TextMaker {
  let made = ''
  /** Line feeds owed before the next word; a space owed. */
  let feeds = 0
  let space = false
  let depth = 0
  let skipped = 0
  let pre = 0

  const flush = (): void => {
    if (made !== '') {
      if (feeds > 0) made += feeds > 1 ? '\n\n' : '\n'
      else if (space) made += ' '
    }
    feeds = 0
    space = false
  }

  return {
    open(name) {
      if (++depth > maxDepth) throw new TooDeep()
      if (skipped > 0 || skip.has(name)) {
        skipped++
        return
      }
      if (name === 'br') feeds = Math.min(2, feeds + 1)
      else if (blocks.has(name)) feeds = Math.max(feeds, paragraphs.has(name) ? 2 : 1)
      if (name === 'pre') pre++
    },
    text(content) {
      if (skipped > 0 || content === '') return
      if (pre > 0) {
        flush()
        made += content.replace(/\r\n?/g, '\n')
        return
      }
      const collapsed = /[\t\n\f\r\u00a0]| {2}/.test(content) ? content.replace(/[ \t\n\f\r\u00a0]+/g, ' ') : content
      const start = collapsed.charCodeAt(0) === 32 ? 1 : 0
      if (start > 0) space = true
      if (collapsed.length === start) return
      const end = collapsed.charCodeAt(collapsed.length - 1) === 32 ? collapsed.length - 1 : collapsed.length
      flush()
      made += start === 0 && end === collapsed.length ? collapsed : collapsed.slice(start, end)
      if (end < collapsed.length) space = true
    },
    close(name) {
      depth--
      if (skipped > 0) {
        skipped--
        return
      }
      if (name === 'td' || name === 'th') {
        if (made !== '' && feeds === 0) {
          made += '\t'
          space = false
        }
      } else if (blocks.has(name)) feeds = Math.max(feeds, paragraphs.has(name) ? 2 : 1)
      if (name === 'pre') pre--
    },
    toString: () => (/^\s|\s$|\t\n/.test(made) ? made.replace(/\t+(?=\n|$)/g, '').trim() : made),
  }
}
