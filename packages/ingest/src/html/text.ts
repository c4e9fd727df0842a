import { Parser } from 'htmlparser2'
import { unread } from './elements.ts'
import { textMaker } from './text-maker.ts'

/**
 * The text of a stretch of HTML: a post, a feed's item, a chapter. Nothing is judged: all that is shown is kept, less `skip`.
 *
 * @throws TooDeep
 */
export function htmlToText(html: string, skip: ReadonlySet<string> = unread): string {
  // Most of what comes as HTML in a field has no markup at all.
  if (!/[<&]/.test(html)) return html.replace(/[ \t\n\f\r\u00a0]+/g, ' ').trim()
  const maker = textMaker(skip)
  const parser = new Parser(
    {
      onopentagname: name => maker.open(name),
      ontext: text => maker.text(text),
      onclosetag: name => maker.close(name),
    },
    { decodeEntities: true },
  )
  parser.write(html)
  parser.end()
  return maker.toString()
}
