import { Parser } from 'htmlparser2'
import { maxDepth, TooDeep } from './elements.ts'

/** A page as the extractor wants it: the same, but without what it would carry along or throw away. */
export interface SlimPage {
  readonly html: string
  readonly elements: number
}

// `svg` and `math` hold no prose; `noscript` repeats images; forms' fields and players hold none of the article.
const dropped: ReadonlySet<string> = new Set(
  'audio button canvas datalist embed iframe input math noembed noscript object option script select style svg template textarea video'.split(
    ' ',
  ),
)
// What Readability looks at: names that tell an article from its surroundings, what is hidden, where links lead, metadata.
const kept: ReadonlySet<string> = new Set(
  'aria-hidden aria-modal class content datetime dir href hidden id itemprop itemscope itemtype lang name property rel role src style'.split(
    ' ',
  ),
)
const voids: ReadonlySet<string> = new Set('base br col hr img link meta source track wbr'.split(' '))

/**
 * Rewrites a page without scripts, styles, drawings, fields and most attributes: real pages are mostly these, and a DOM of them
 * costs ten times what reading past them does.
 *
 * @throws TooDeep
 */
export function slimPage(html: string): SlimPage {
  let made = ''
  let depth = 0
  let skipped = 0
  let elements = 0
  /** Inside a script, where nothing is escaped. */
  let raw = false
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > maxDepth) throw new TooDeep()
        if (skipped > 0 || (dropped.has(name) && !isLinkedData(name, attributes)) || isSkipLink(name, attributes)) {
          skipped++
          return
        }
        elements++
        raw = name === 'script'
        made += `<${name}`
        for (const key in attributes) {
          if (!kept.has(key) && name !== 'script') continue
          if (key === 'style' && !/display|visibility/i.test(attributes[key]!)) continue
          // Where a link leads matters in so far as it leads elsewhere; a picture is none of the text.
          const value = key === 'src' || attributes[key]!.startsWith('data:') ? 'x' : attributes[key]!
          made += value === '' ? ` ${key}` : ` ${key}="${value.replace(/[&"<]/g, escaped)}"`
        }
        made += '>'
      },
      ontext(text) {
        if (skipped > 0) return
        made += raw || !/[&<]/.test(text) ? text : text.replace(/[&<]/g, escaped)
      },
      onclosetag(name) {
        depth--
        raw = false
        if (skipped > 0) skipped--
        else if (!voids.has(name)) made += `</${name}>`
      },
      onprocessinginstruction(name, data) {
        if (name.toLowerCase() === '!doctype' && made === '') made = `<${data}>`
      },
    },
    { decodeEntities: true },
  )
  parser.write(html)
  parser.end()
  return { html: made, elements }
}

/** Title, author and date as search engines are told them. */
function isLinkedData(name: string, attributes: Record<string, string>): boolean {
  return name === 'script' && /^application\/ld\+json/i.test(attributes.type ?? '')
}

/** "Skip to content", for those who listen to the page. */
function isSkipLink(name: string, { href, class: kind = '' }: Record<string, string>): boolean {
  return name === 'a' && href?.startsWith('#') === true && /skip|screen-reader|visually-hidden|sr-only/i.test(kind)
}

const escaped = (character: string): string => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&quot;')
