import { BadPage } from './bad-page.ts'
import { xmlText } from './unescape.ts'

/** What a dump says of a page, and of the last of its revisions that is in it. */
export interface Page {
  title: string
  /** Undefined before version 0.6 of the format, where only the title tells. */
  namespace: number | undefined
  id: number
  redirect: boolean
  revision: number | undefined
  timestamp: string | undefined
  /** Undefined is wikitext. */
  model: string | undefined
  /** Where its wikitext is, still escaped. */
  textFrom: number
  textTo: number
}

const LESS = 0x3c
const GREATER = 0x3e
const SLASH = 0x2f
const QUOTE = 0x22
const deepest = 16

/**
 * Reads one `<page>` of a MediaWiki export, versions 0.3 to 0.11 (https://www.mediawiki.org/xml/): elements and their text, which is
 * all that an export has. Comments, CDATA and the like are refused.
 *
 * @param from the byte of its `<`
 * @param to after its `</page>`
 * @throws BadPage when tags do not match, or what a page must have is missing
 */
export function readPage(bytes: Uint8Array, from: number, to: number): Page {
  const page: Partial<Page> = {}
  const open: string[] = []
  let content = from
  for (let at = from; at < to; ) {
    const less = bytes.indexOf(LESS, at)
    if (less < 0 || less >= to) throw new BadPage('it ends inside a page', from)
    const closing = bytes[less + 1] === SLASH
    const nameFrom = closing ? less + 2 : less + 1
    const nameTo = nameEnd(bytes, nameFrom, to)
    const end = tagEnd(bytes, nameTo, to)
    const name = latin1(bytes, nameFrom, nameTo)
    at = end
    if (closing) {
      const expected = open.pop()
      if (expected !== name) throw new BadPage(`expected </${expected}>, found </${name}>`, less)
      take(page, open, name, bytes, content, less)
      if (open.length === 0) break
      continue
    }
    if (name === 'page' && open.length > 0) throw new BadPage('expected </page>, found another <page>', less)
    if (nameFrom === nameTo)
      throw new BadPage(`expected a tag, found "${latin1(bytes, less, Math.min(to, less + 12))}"`, less)
    if (name === 'redirect' && open.length === 1) page.redirect = true
    if (name === 'revision' && open.length === 1) begin(page, end)
    if (bytes[end - 2] === SLASH) continue
    if (open.length === deepest) throw new BadPage(`elements nest deeper than ${deepest}`, less)
    open.push(name)
    content = end
  }
  if (page.title === undefined) throw new BadPage('the page has no title', from)
  if (page.id === undefined) throw new BadPage('the page has no id', from)
  if (page.textFrom === undefined) throw new BadPage('the page has no revision', from)
  return {
    redirect: false,
    namespace: undefined,
    revision: undefined,
    timestamp: undefined,
    model: undefined,
    ...page,
  } as Page
}

/** A revision begins: what an older one said is forgotten. */
function begin(page: Partial<Page>, at: number): void {
  page.revision = undefined
  page.timestamp = undefined
  page.model = undefined
  page.textFrom = at
  page.textTo = at
}

/** Keeps the content of an element that has ended, by where it is. */
function take(
  page: Partial<Page>,
  open: readonly string[],
  name: string,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  if (open.length === 1) {
    if (name === 'title') page.title = xmlText(bytes, from, to).trim()
    else if (name === 'ns') page.namespace = number(bytes, from, to)
    else if (name === 'id') page.id = number(bytes, from, to)
  } else if (open.length === 2 && open[1] === 'revision') {
    if (name === 'text') {
      page.textFrom = from
      page.textTo = to
    } else if (name === 'id') page.revision = number(bytes, from, to)
    else if (name === 'timestamp') page.timestamp = latin1(bytes, from, to).trim()
    else if (name === 'model') page.model = latin1(bytes, from, to).trim()
  }
}

function number(bytes: Uint8Array, from: number, to: number): number {
  const text = latin1(bytes, from, Math.min(to, from + 24)).trim()
  if (!/^-?[0-9]{1,15}$/.test(text)) throw new BadPage(`expected a number, found "${text}"`, from)
  return Number(text)
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}

function nameEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = from
  while (end < to && end - from < 64) {
    const byte = bytes[end]!
    // Letters, digits, `-`, `.`, `:` and `_`.
    if (
      !((byte | 32) >= 0x61 && (byte | 32) <= 0x7a) &&
      !(byte >= 0x2d && byte <= 0x3a && byte !== SLASH) &&
      byte !== 0x5f
    )
      break
    end++
  }
  return end
}

/** After the `>` of a tag; one in an attribute is none. */
function tagEnd(bytes: Uint8Array, from: number, to: number): number {
  let quoted = false
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) quoted = !quoted
    else if (byte === LESS) break
    else if (byte === GREATER && !quoted) return at + 1
  }
  throw new BadPage('a tag does not end', from)
}
