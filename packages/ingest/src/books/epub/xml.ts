import { Parser } from 'htmlparser2'
import { maxDepth, TooDeep } from '../../html/elements.ts'

/** An element as it is met: its name without prefix in lower case, its attributes, and the text in it once it has ended. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly depth: number
}

/**
 * Goes through a small XML document. No entity is expanded but the five of XML and characters by number.
 *
 * @throws TooDeep
 */
export function walkXml(
  xml: string,
  handler: { open?(element: XmlElement): void; close?(element: XmlElement, text: string): void },
): void {
  const stack: { element: XmlElement; text: string }[] = []
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (stack.length >= maxDepth) throw new TooDeep()
        const element = { name: tag.slice(tag.indexOf(':') + 1).toLowerCase(), attributes, depth: stack.length }
        stack.push({ element, text: '' })
        handler.open?.(element)
      },
      ontext(text) {
        const top = stack.at(-1)
        if (top) top.text += text
      },
      onclosetag() {
        const { element, text } = stack.pop()!
        handler.close?.(element, text.replace(/\s+/g, ' ').trim())
        // What an element says is part of what the one around it says.
        const around = stack.at(-1)
        if (around && text.length < 10_000) around.text += text
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(xml)
  parser.end()
}
