import { Parser } from 'htmlparser2'
import { maxDepth, TooDeep } from '../html/elements.ts'
import { htmlToText } from '../html/text.ts'
import { type TextMaker, textMaker } from '../html/text-maker.ts'
import { type FeedHead, type FeedItem, itemElements } from './item.ts'
import { feedNames } from './names.ts'

/** Takes a feed's text bit by bit and gives its items as they end. */
export interface FeedParser {
  /** What the feed says of itself, as far as it has been read. */
  readonly head: FeedHead
  /** `rss`, `rdf` or `atom`; undefined before the first element; the name of the first element where it is no feed. */
  readonly root: string | undefined
  /** The items that end in `text`. An item over the limit is given as undefined. @throws TooDeep */
  write(text: string): (FeedItem | undefined)[]
  /** The items that no more text was needed for, and whether the feed ended inside one. */
  end(): { items: (FeedItem | undefined)[]; cut: boolean }
}

/** Elements of an item whose content is read; all else in it is passed over. */
const read: ReadonlySet<string> = new Set([...Object.values(itemElements).flat(), 'title', 'link', 'category'])
const html: ReadonlySet<string> = new Set<string>(itemElements.text)

/** A value that is being read: at what depth its element stands, and either its characters or, for XHTML, their maker. */
interface Open {
  readonly name: string
  readonly depth: number
  readonly attributes: Record<string, string>
  value: string
  /** Whether the characters that come are none of it. */
  mute: boolean
  readonly xhtml: TextMaker | undefined
}

/**
 * RSS 0.9x, 1.0 and 2.0, and Atom 0.3 and 1.0 (RFC 4287), as they come: a fault of form does not end it, and no entity is ever
 * expanded but the five of XML and characters by number.
 *
 * @param limit characters over which an item is not kept
 */
export function feedParser(limit: number): FeedParser {
  const names = feedNames()
  const head: FeedHead = {}
  let root: string | undefined
  let depth = 0
  let items: (FeedItem | undefined)[] = []
  /** Depth of the item that is being read. */
  let itemDepth = 0
  let values = new Map<string, string>()
  let categories: string[] = []
  let size = 0
  let open: Open | undefined
  let ending = false
  let cut = false

  function begin(tag: string, attributes: Record<string, string>): void {
    if (++depth > maxDepth) throw new TooDeep()
    names.declare(attributes)
    const name = names.name(tag)
    root ??= name === 'rss' ? 'rss' : name === 'rdf:rdf' ? 'rdf' : name === 'feed' ? 'atom' : name
    if (open) {
      open.xhtml?.open(local(name))
      // RSS has an author's name as text, Atom as one of several elements.
      if (open.name === 'author') open.mute = name !== 'name'
      return
    }
    if (itemDepth === 0) {
      if (name === 'item' || name === 'entry') {
        itemDepth = depth
        values = new Map()
        categories = []
        size = 0
        if (attributes['rdf:about']) values.set('about', attributes['rdf:about'])
        if (attributes['xml:lang']) values.set('lang', attributes['xml:lang'])
      } else if (depth <= 3 && (name === 'title' || name === 'link' || name === 'language')) {
        open = { name, depth, attributes, value: '', mute: false, xhtml: undefined }
      }
      if (depth === 1 && attributes['xml:lang']) head.lang ??= attributes['xml:lang']
      return
    }
    if (depth !== itemDepth + 1 || !read.has(name)) return
    if (name === 'link') atomLink(attributes)
    if (name === 'category' && attributes.term) categories.push(attributes.term)
    const inline = name === 'xhtml:body' || name === 'body' || attributes.type?.toLowerCase() === 'xhtml'
    open = { name, depth, attributes, value: '', mute: isBinary(attributes), xhtml: inline ? textMaker() : undefined }
  }

  function atomLink({ rel = 'alternate', href }: Record<string, string>): void {
    if (href && rel === 'alternate' && !values.has('link')) values.set('link', href)
  }

  function characters(text: string): void {
    if (!open || open.mute) return
    size += text.length
    if (size > limit) open.value = ''
    else if (open.xhtml) open.xhtml.text(text)
    else open.value += text
  }

  function finish(tag: string): void {
    const name = names.name(tag)
    if (open && open.depth === depth) {
      keep(open)
      open = undefined
    } else if (open) {
      open.xhtml?.close(local(name))
      if (open.name === 'author') open.mute = true
    }
    if (itemDepth > 0 && depth === itemDepth) {
      if (ending) cut = true
      else items.push(size > limit ? undefined : itemOf(values, categories))
      itemDepth = 0
    }
    depth--
  }

  function keep({ name, attributes, value, xhtml }: Open): void {
    const text = xhtml?.toString() ?? textIn(name, value, attributes.type)
    if (text === '') return
    if (itemDepth === 0) {
      if (name === 'language') head.lang ??= text
      else if (name === 'title') head.title ??= text
      else if (name === 'link') head.link ??= text
      size = 0
    } else if (name === 'category') {
      if (categories.length < 100) categories.push(text)
    } else if (
      name === 'guid' &&
      attributes.ispermalink !== 'false' &&
      /^https?:/i.test(text) &&
      !values.has('permalink')
    ) {
      values.set('guid', text)
      values.set('permalink', text)
    } else if (!values.has(name)) values.set(name, text)
  }

  const parser = new Parser(
    { onopentag: begin, ontext: characters, onclosetag: finish },
    { xmlMode: true, decodeEntities: true, lowerCaseAttributeNames: false },
  )
  const taken = (): (FeedItem | undefined)[] => {
    const given = items
    items = []
    return given
  }
  return {
    head,
    get root() {
      return root
    },
    write(text) {
      parser.write(text)
      return taken()
    },
    end() {
      ending = true
      parser.end()
      return { items: taken(), cut }
    },
  }
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Content that Atom allows and nobody reads: an image in base 64, say. */
const isBinary = ({ type = '' }: Record<string, string>): boolean => /\//.test(type) && !/^text\/|xml|html/i.test(type)

/** The plain text in an element: HTML in those that have it by their format's word or custom. */
function textIn(name: string, value: string, type = ''): string {
  const marked = html.has(name) ? type.toLowerCase() !== 'text' : name === 'title' && /&#?\w+;|<\/?[a-z]/i.test(value)
  return marked ? htmlToText(value) : value.replace(/\s+/g, ' ').trim()
}

function itemOf(values: ReadonlyMap<string, string>, categories: readonly string[]): FeedItem {
  const first = (names: readonly string[]): string | undefined => {
    for (const name of names) if (values.has(name)) return values.get(name)
    return undefined
  }
  const kept = {
    id: first([...itemElements.id, 'about']),
    link: first(['link', 'permalink', 'about']),
    title: first(['title']),
    created: first(itemElements.created),
    author: first(itemElements.author),
    lang: first(['lang']),
  }
  const told = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
  return { ...told, text: first(itemElements.text) ?? '', categories }
}
