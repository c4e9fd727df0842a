import { Parser } from 'htmlparser2'
import { breather } from '../source/breathe.ts'
import { unread } from './elements.ts'
import { type TextMaker, textMaker } from './text-maker.ts'

/**
 * The text of a stretch of HTML: a post, a feed's item, a chapter. Nothing is judged: all that is shown is kept, less `skip`.
 *
 * @throws TooDeep
 */
export function htmlToText(html: string, skip: ReadonlySet<string> = unread): string {
  // Most of what comes as HTML in a field has no markup at all.
  if (!/[<&]/.test(html)) return html.replace(/[ \t\n\f\r\u00a0]+/g, ' ').trim()
  const { parser, maker } = textParser(skip)
  parser.write(html)
  parser.end()
  return maker.toString()
}

/** Characters that are parsed on end. */
const slice = 256 * 1024

/** The same for what may be long, with turns for everything else in between. */
export async function htmlToTextSlowly(html: string): Promise<string> {
  const { parser, maker } = textParser(unread)
  const breathe = breather()
  for (let at = 0; at < html.length; at += slice) {
    parser.write(html.slice(at, at + slice))
    await breathe()
  }
  parser.end()
  return maker.toString()
}

function textParser(skip: ReadonlySet<string>): { parser: Parser; maker: TextMaker } {
  const maker = textMaker(skip)
  const parser = new Parser(
    {
      onopentagname: name => maker.open(name),
      ontext: text => maker.text(text),
      onclosetag: name => maker.close(name),
    },
    // XHTML closes elements so that are not void in HTML: `<title/>`.
    { decodeEntities: true, recognizeSelfClosing: true },
  )
  return { parser, maker }
}
