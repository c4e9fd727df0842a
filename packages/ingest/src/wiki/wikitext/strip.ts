import * as c from './bytes.ts'
import { type Entity, readEntity, writeCodePoint } from './entities.ts'
import { BRACES, ELEMENT, EXTERNAL, Frames, LINK, TABLE, VARIANT } from './frames.ts'
import { Headings } from './headings.ts'
import { disambiguations } from './kept.ts'
import { type LinkPrefixes, linkKind, pipeTrickEnd } from './links.ts'
import { Quotes } from './quotes.ts'
import { findClosing, type OpenTag, readTag, TagMemory } from './read-tag.ts'
import { keepTemplate } from './templates.ts'
import { tidy } from './tidy.ts'
import { urlEnd } from './urls.ts'
import { variantText } from './variant.ts'

export interface StripOptions {
  /** Tables leave nothing, or the text of their cells. */
  readonly tables: 'drop' | 'cells'
  /** Whether captions of pictures stay. */
  readonly captions: boolean
  readonly headings: boolean
  readonly prefixes: LinkPrefixes
}

export interface Stripped {
  /** Plain text in UTF-8. Valid until the next one is asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether the page says that it is a list of others of the same name. */
  readonly disambiguation: boolean
}

// Bytes that may be markup; all others are copied as they are.
const special = new Uint8Array(256)
for (const byte of Buffer.from("\n{}[]|<&'_-=)!")) special[byte] = 1

const encoder = new TextEncoder()

/**
 * What is open within so much else is not made text of: what is kept is moved when it closes, and moving it at each of many thousand
 * levels would take the square of the time. MediaWiki's own limit for templates is 100.
 */
const deepest = 100

/** Bytes behind a source, so that looking at what follows needs no check. */
export const room = 64

/**
 * Wikitext to the text that a reader sees.
 *
 * One pass, with no looking back or ahead but within a line or to a closing tag that is known to be there: what opens is written out
 * and remembered, and what closes replaces what was written since. So the time is that of the text's length, whatever is in it.
 * Markup as in MediaWiki's "Help:Formatting" and its preprocessor; where it is broken, text is kept rather than lost.
 */
export class WikitextStripper {
  readonly #options: StripOptions
  readonly #frames = new Frames()
  readonly #quotes = new Quotes()
  readonly #headings = new Headings()
  readonly #tags = new TagMemory()
  readonly #tag: OpenTag = { tag: undefined, end: 0, closing: false, selfClosing: false }
  readonly #entity: Entity = { codePoint: 0, end: 0 }
  #src: Uint8Array = new Uint8Array(0)
  #length = 0
  #out = new Uint8Array(64 * 1024)
  #i = 0
  #o = 0
  /** Where the line in hand began to be written. */
  #line = 0
  #disambiguation = false
  /** The heading in hand: where its closing `=` are, its level, where it began to be written. */
  #headingEnd = -1
  #headingLevel = 0
  #headingStart = 0
  /** Where the cell in hand began to be written, until what may be its attributes has passed. */
  #cell = -1
  /** Where the gallery in hand ends. */
  #galleryEnd = 0

  constructor(options: StripOptions) {
    this.#options = options
  }

  /** @param source has `room` bytes behind its `length`, which are cleared */
  strip(source: Uint8Array, length: number): Stripped {
    source.fill(0, length, length + room)
    this.#begin(source, length)
    this.#lineStart()
    this.#run()
    const loose = this.#finish()
    const end = tidy(this.#out, this.#o, loose)
    return { bytes: this.#out.subarray(0, end), disambiguation: this.#disambiguation }
  }

  #begin(source: Uint8Array, length: number): void {
    if (this.#out.length < length + 64) this.#out = new Uint8Array(length + (length >> 1) + 64)
    this.#src = source
    this.#length = length
    this.#i = 0
    this.#o = 0
    this.#line = 0
    this.#disambiguation = false
    this.#headingEnd = -1
    this.#cell = -1
    this.#galleryEnd = 0
    this.#frames.clear()
    this.#headings.clear()
    this.#tags.clear()
    this.#quotes.end()
  }

  #run(): void {
    const src = this.#src
    const out = this.#out
    const length = this.#length
    for (;;) {
      let i = this.#i
      let o = this.#o
      let byte = 0
      while (i < length) {
        byte = src[i]!
        if (special[byte] !== 0) break
        out[o++] = byte
        i++
      }
      this.#i = i
      this.#o = o
      if (i >= length) return
      switch (byte) {
        case c.LF:
          this.#newline()
          break
        case c.OPEN_BRACE:
          this.#openBraces()
          break
        case c.CLOSE_BRACE:
          this.#closeBraces()
          break
        case c.OPEN_BRACKET:
          this.#openBracket()
          break
        case c.CLOSE_BRACKET:
          this.#closeBracket()
          break
        case c.PIPE:
          this.#pipe()
          break
        case c.LESS:
          this.#less()
          break
        case c.AMPERSAND:
          this.#ampersand()
          break
        case c.QUOTE:
          this.#apostrophes()
          break
        case c.EQUALS:
          if (i === this.#headingEnd) this.#endHeading()
          else this.#copy()
          break
        case c.UNDERSCORE:
          this.#underscore()
          break
        case c.DASH:
          this.#dash()
          break
        case c.CLOSE_PAREN:
          this.#closeParen()
          break
        default:
          if (byte === c.BANG && src[i + 1] === c.BANG && this.#inCells()) this.#nextCell(2)
          else this.#copy()
      }
    }
  }

  #copy(count = 1): void {
    for (let k = 0; k < count; k++) this.#out[this.#o++] = this.#src[this.#i++]!
  }

  #write(text: string): void {
    const bytes = encoder.encode(text)
    this.#out.set(bytes, this.#o)
    this.#o += bytes.length
  }

  #lineEnd(from: number): number {
    const feed = this.#src.indexOf(c.LF, from)
    return feed < 0 || feed > this.#length ? this.#length : feed
  }

  #newline(): void {
    this.#endQuotes()
    const frames = this.#frames
    while (frames.top === EXTERNAL) frames.pop()
    this.#out[this.#o++] = c.LF
    this.#i++
    this.#lineStart()
  }

  #endQuotes(): void {
    const missing = this.#quotes.end()
    if (missing < this.#line || missing > this.#o) return
    this.#out.copyWithin(missing + 1, missing, this.#o)
    this.#out[missing] = c.QUOTE
    this.#o++
    this.#frames.shift(missing)
  }

  /** What only the beginning of a line can be. */
  #lineStart(): void {
    this.#line = this.#o
    this.#cell = -1
    const src = this.#src
    if (this.#i < this.#galleryEnd && this.#galleryLine()) return
    let i = this.#i
    while (c.isBlank(src[i])) i++
    const first = src[i]
    if (first === c.PIPE || first === c.BANG) {
      if (this.#frames.top === TABLE) this.#tableLine(i)
      else if (
        this.#frames.depth === 0 &&
        first === c.PIPE &&
        (src[i + 1] === c.CLOSE_BRACE || src[i + 1] === c.DASH)
      ) {
        // Of a table that a template began.
        this.#i = this.#lineEnd(i)
      }
      return
    }
    if (first === c.EQUALS && i === this.#i) {
      this.#heading(i)
      return
    }
    if (first === c.DASH && src[i + 1] === c.DASH && src[i + 2] === c.DASH && src[i + 3] === c.DASH) {
      while (src[i] === c.DASH) i++
      this.#i = i
      return
    }
    while (
      first !== undefined &&
      (src[i] === c.STAR || src[i] === c.HASH || src[i] === c.COLON || src[i] === c.SEMICOLON)
    )
      i++
    while (c.isBlank(src[i])) i++
    if (i > this.#length) i = this.#length
    this.#i = i
    if (src[i] === c.OPEN_BRACE && src[i + 1] === c.PIPE && src[i + 2] !== c.PIPE && src[i + 2] !== c.CLOSE_BRACE) {
      this.#frames.push(TABLE, this.#o)
      this.#write('{|')
      this.#i = this.#lineEnd(i)
    }
  }

  #galleryLine(): boolean {
    const end = this.#lineEnd(this.#i)
    const bar = this.#src.subarray(this.#i, end).indexOf(c.PIPE)
    this.#i = bar < 0 ? Math.min(end, this.#galleryEnd) : this.#i + bar + 1
    return true
  }

  #tableLine(at: number): void {
    const src = this.#src
    const second = src[at + 1]
    if (src[at] === c.PIPE && second === c.CLOSE_BRACE) {
      // `|}}` ends a template that the table is in.
      const template = src[at + 2] === c.CLOSE_BRACE && src[at + 3] !== c.CLOSE_BRACE && this.#frames.open[BRACES]! > 0
      if (!template) this.#closeTable(at + 2)
      return
    }
    if (src[at] === c.PIPE && second === c.DASH) {
      this.#i = this.#lineEnd(at)
      return
    }
    if (this.#options.tables === 'drop') {
      this.#i = at
      return
    }
    this.#i = at + (src[at] === c.PIPE && second === 0x2b ? 2 : 1)
    // Cells that are on lines of their own make one line.
    if (this.#out[this.#o - 1] === c.LF && second !== 0x2b && this.#afterCell()) {
      this.#o--
      this.#write(' |')
    }
    this.#cell = this.#o
  }

  /** Whether the line before, which has just been ended, is one of cells, of the same row. */
  #afterCell(): boolean {
    const src = this.#src
    let at = this.#i - 2
    while (at > 0 && src[at] !== c.LF) at--
    if (at === 0) return false
    let line = at - 1
    while (line > 0 && src[line] !== c.LF) line--
    if (src[line] === c.LF) line++
    while (c.isBlank(src[line])) line++
    const next = src[line + 1]
    return (src[line] === c.PIPE || src[line] === c.BANG) && next !== c.DASH && next !== 0x2b
  }

  #closeTable(end: number): void {
    const frames = this.#frames
    const start = frames.starts[frames.depth - 1]!
    frames.pop()
    this.#i = end
    if (this.#options.tables === 'drop') this.#o = start
    else if (frames.depth < deepest) {
      this.#out.copyWithin(start, start + 2, this.#o)
      this.#o -= 2
    }
  }

  #inCells(): boolean {
    return this.#frames.top === TABLE && this.#options.tables === 'cells'
  }

  #nextCell(marks: number): void {
    this.#i += marks
    this.#write(this.#out[this.#o - 1] === c.SPACE ? '| ' : ' |')
    this.#cell = this.#o
  }

  #pipe(): void {
    const { top } = this.#frames
    if (top === BRACES || top === LINK) this.#frames.addPipe(this.#o)
    else if (top === TABLE && this.#options.tables === 'cells') {
      if (this.#src[this.#i + 1] === c.PIPE) {
        this.#nextCell(2)
        return
      }
      if (this.#cell >= 0) {
        // What came before in the cell were its attributes.
        this.#o = this.#cell
        this.#cell = -1
        this.#i++
        return
      }
    }
    this.#copy()
  }

  #heading(at: number): void {
    const src = this.#src
    let open = at
    while (src[open] === c.EQUALS && open - at < 6) open++
    let end = this.#lineEnd(at)
    const line = end
    // Comments may follow a heading.
    for (;;) {
      while (end > open && (c.isBlank(src[end - 1]) || src[end - 1] === c.CR)) end--
      if (src[end - 1] !== c.GREATER || src[end - 2] !== c.DASH) break
      let comment = end - 3
      while (comment > open && !(src[comment] === c.LESS && src[comment + 1] === c.BANG)) comment--
      if (comment <= open) break
      end = comment
    }
    let close = end
    while (close > open && src[close - 1] === c.EQUALS && end - close < 6) close--
    const level = Math.min(open - at, end - close)
    if (level === 0 || close <= open || line === at) {
      this.#copy(open - at)
      return
    }
    this.#o = this.#headings.prune(this.#out, this.#o, level)
    this.#line = this.#o
    this.#headingStart = this.#o
    this.#headingLevel = level
    this.#headingEnd = end - level
    this.#i = at + level
    this.#out[this.#o++] = c.LF
  }

  #endHeading(): void {
    this.#endQuotes()
    this.#i = this.#lineEnd(this.#headingEnd)
    this.#headingEnd = -1
    const start = Math.min(this.#headingStart, this.#o)
    if (!this.#options.headings) {
      this.#o = start
      return
    }
    this.#out[this.#o++] = c.LF
    this.#headings.add(start, this.#o, this.#headingLevel)
  }

  #openBraces(): void {
    const src = this.#src
    let count = 1
    while (src[this.#i + count] === c.OPEN_BRACE) count++
    if (this.#i + count > this.#length) count = this.#length - this.#i
    if (count >= 2) this.#frames.push(BRACES, this.#o, count)
    this.#copy(count)
  }

  #closeBraces(): void {
    const src = this.#src
    const out = this.#out
    const frames = this.#frames
    if (frames.top === VARIANT && src[this.#i + 1] === c.DASH) {
      this.#closeVariant()
      return
    }
    let left = 1
    while (src[this.#i + left] === c.CLOSE_BRACE) left++
    if (this.#i + left > this.#length) left = this.#length - this.#i
    this.#i += left
    while (left >= 2 && frames.open[BRACES]! > 0) {
      while (frames.top !== BRACES) frames.pop()
      const at = frames.depth - 1
      const count = frames.braces[at]!
      const closed = count >= 3 && left >= 3 ? 3 : 2
      const from = frames.starts[at]! + count
      const base = frames.pipeBases[at]!
      const pipes = frames.pipes.subarray(base, frames.pipeCount)
      const nameEnd = pipes.length > 0 ? pipes[0]! : this.#o
      if (closed === 3) {
        // A parameter: what it is by default.
        if (frames.depth > deepest) this.#o = from - 3
        else {
          const kept = pipes.length > 0 ? this.#o - nameEnd - 1 : 0
          if (kept > 0) out.copyWithin(from - 3, nameEnd + 1, this.#o)
          this.#o = from - 3 + kept
        }
      } else {
        if (frames.depth === 1 && disambiguations.get(out, from, nameEnd)) this.#disambiguation = true
        this.#o = frames.depth > deepest ? from - 2 : keepTemplate(out, from - 2, from, this.#o, pipes)
      }
      left -= closed
      if (count - closed >= 2) {
        frames.braces[at] = count - closed
        frames.pipeCount = base
      } else frames.pop()
    }
    while (left-- > 0) out[this.#o++] = c.CLOSE_BRACE
  }

  #closeVariant(): void {
    const frames = this.#frames
    if (frames.depth > deepest) {
      frames.pop()
      this.#copy(2)
      return
    }
    const start = frames.starts[frames.depth - 1]!
    const content = Buffer.from(this.#out.buffer, start + 2, this.#o - start - 2).toString()
    frames.pop()
    this.#o = start
    this.#write(variantText(content))
    this.#i += 2
  }

  #dash(): void {
    const src = this.#src
    if (src[this.#i + 1] !== c.OPEN_BRACE || src[this.#i + 2] === c.OPEN_BRACE || this.#i + 1 >= this.#length) {
      this.#copy()
      return
    }
    this.#frames.push(VARIANT, this.#o)
    this.#copy(2)
  }

  #openBracket(): void {
    const src = this.#src
    if (src[this.#i + 1] === c.OPEN_BRACKET && this.#i + 1 < this.#length) {
      this.#frames.push(LINK, this.#o)
      this.#copy(2)
      return
    }
    const end = urlEnd(src, this.#i + 1, this.#length)
    if (end < 0) {
      this.#copy()
      return
    }
    this.#frames.push(EXTERNAL, this.#o)
    this.#i = end
    while (c.isBlank(src[this.#i])) this.#i++
  }

  #closeBracket(): void {
    const frames = this.#frames
    if (frames.top === EXTERNAL) {
      frames.pop()
      this.#i++
      return
    }
    if (this.#src[this.#i + 1] !== c.CLOSE_BRACKET || frames.open[LINK] === 0) {
      this.#copy()
      return
    }
    while (frames.top === VARIANT) frames.pop()
    if (frames.top === LINK) this.#closeLink()
    else this.#copy(2)
  }

  #closeLink(): void {
    const frames = this.#frames
    const out = this.#out
    const at = frames.depth - 1
    const start = frames.starts[at]!
    const base = frames.pipeBases[at]!
    const piped = frames.pipeCount > base
    const first = piped ? frames.pipes[base]! : this.#o
    const last = piped ? frames.pipes[frames.pipeCount - 1]! : this.#o
    frames.pop()
    if (frames.depth >= deepest) {
      this.#copy(2)
      return
    }
    this.#i += 2
    const kind = linkKind(out, start + 2, first, this.#options.prefixes)
    let from = first + 1
    let to = this.#o
    if (kind === 'file' && piped && this.#options.captions) {
      out[start] = c.LF
      out.copyWithin(start + 1, last + 1, to)
      this.#o = start + 1 + to - last - 1
      out[this.#o++] = c.LF
      return
    }
    if (kind !== 'page') {
      this.#o = start
      return
    }
    if (!piped || from >= to) {
      from = out[start + 2] === c.COLON ? start + 3 : start + 2
      to = piped ? pipeTrickEnd(out, from, first) : first
    }
    out.copyWithin(start, from, to)
    this.#o = start + Math.max(0, to - from)
  }

  #apostrophes(): void {
    const src = this.#src
    let count = 1
    while (src[this.#i + count] === c.QUOTE && this.#i + count < this.#length) count++
    const before = this.#i > 0 ? src[this.#i - 1] : c.SPACE
    const text = this.#quotes.run(count, this.#o, before, this.#i > 1 ? src[this.#i - 2] : c.SPACE)
    for (let k = 0; k < text; k++) this.#out[this.#o++] = c.QUOTE
    this.#i += count
  }

  /** `__NOTOC__`: behaviour switches are written in capitals. */
  #underscore(): void {
    const src = this.#src
    const from = this.#i + 2
    if (src[from - 1] === c.UNDERSCORE) {
      const most = Math.min(this.#length - 1, from + 40)
      let end = from
      while (end < most && src[end]! > c.SPACE && (src[end]! < 0x61 || src[end]! > 0x7a)) {
        if (src[end] === c.UNDERSCORE && src[end + 1] === c.UNDERSCORE) break
        end++
      }
      if (end > from && src[end] === c.UNDERSCORE && src[end + 1] === c.UNDERSCORE && end < most) {
        if (Buffer.from(src.buffer, src.byteOffset + from, end - from).toString() === 'DISAMBIG')
          this.#disambiguation = true
        this.#i = end + 2
        return
      }
    }
    this.#copy()
  }

  /** `(IPA: …; …)`, when all that was in it has gone, goes too. */
  #closeParen(): void {
    const out = this.#out
    if (this.#i > 0 && this.#src[this.#i - 1] !== out[this.#o - 1]) {
      let o = this.#o
      while (o > 0 && (out[o - 1] === c.SPACE || out[o - 1] === c.COMMA || out[o - 1] === c.SEMICOLON)) o--
      if (o > 0 && out[o - 1] === c.OPEN_PAREN) {
        this.#o = o - 1
        this.#i++
        return
      }
    }
    this.#copy()
  }

  #ampersand(): void {
    const entity = this.#entity
    if (!readEntity(this.#src, this.#i, this.#length, entity)) {
      this.#copy()
      return
    }
    this.#i = entity.end
    // A space that does not break is a space here; a hyphen that shows only at a break is none.
    if (entity.codePoint === 173) return
    this.#o = writeCodePoint(this.#out, this.#o, entity.codePoint === 160 ? c.SPACE : entity.codePoint)
  }

  #less(): void {
    const src = this.#src
    if (src[this.#i + 1] === c.BANG && src[this.#i + 2] === c.DASH && src[this.#i + 3] === c.DASH) {
      this.#comment()
      return
    }
    const open = this.#tag
    if (!readTag(src, this.#i, this.#length, open)) {
      this.#copy()
      return
    }
    const { tag, end, closing, selfClosing } = open
    const { action } = tag!
    if (action === 'table') {
      this.#i = end
      if (closing) this.#closeElement()
      else if (!selfClosing) this.#frames.push(ELEMENT, this.#o)
      return
    }
    if (action === 'line' || action === 'paragraph') {
      this.#out[this.#o++] = c.LF
      if (action === 'paragraph') this.#out[this.#o++] = c.LF
      this.#i = end
      return
    }
    this.#i = end
    if (action === 'strip' || closing || selfClosing) return
    // In a gallery that is read there is no other.
    if (tag!.name === 'gallery' && end <= this.#galleryEnd) return
    const close = findClosing(src, end, this.#length, tag!, this.#tags)
    if (close === undefined) return
    if (tag!.name === 'gallery' && this.#options.captions) {
      this.#galleryEnd = close.from
      return
    }
    this.#i = close.to
    if (action === 'drop') return
    if (action === 'lines') this.#out[this.#o++] = c.LF
    this.#literal(end, close.from)
    if (action === 'lines') this.#out[this.#o++] = c.LF
  }

  /** What is in a `nowiki`: no markup, but entities are read. */
  #literal(from: number, to: number): void {
    const src = this.#src
    for (let i = from; i < to; ) {
      if (src[i] === c.AMPERSAND && readEntity(src, i, to, this.#entity)) {
        i = this.#entity.end
        this.#o = writeCodePoint(this.#out, this.#o, this.#entity.codePoint)
      } else this.#out[this.#o++] = src[i++]!
    }
  }

  #comment(): void {
    const src = this.#src
    let end = this.#i + 4
    for (;;) {
      end = src.indexOf(c.GREATER, end)
      if (end < 0 || end >= this.#length) {
        // MediaWiki takes a comment that does not end to the end.
        this.#i = this.#length
        return
      }
      if (src[end - 1] === c.DASH && src[end - 2] === c.DASH && end - 2 >= this.#i + 4) break
      end++
    }
    this.#i = end + 1
    if (this.#o !== this.#line) return
    // A comment with a line of its own takes the line with it.
    let next = this.#i
    while (c.isBlank(src[next])) next++
    if (src[next] === c.LF && next < this.#length) this.#i = next + 1
    this.#lineStart()
  }

  /** `</table>`: the innermost one goes, if nothing is open within it that it is not in itself. */
  #closeElement(): void {
    const frames = this.#frames
    if (frames.open[ELEMENT] === 0) return
    while (frames.top === EXTERNAL || frames.top === LINK || frames.top === VARIANT) frames.pop()
    if (frames.top !== ELEMENT) return
    const start = frames.starts[frames.depth - 1]!
    frames.pop()
    if (this.#options.tables === 'drop') this.#o = start
  }

  /** @returns where what was never closed begins */
  #finish(): number {
    this.#endQuotes()
    const frames = this.#frames
    let loose = this.#o + 1
    for (let i = 0; i < frames.depth; i++) {
      const kind = frames.kinds[i]
      if (kind !== BRACES && kind !== TABLE) continue
      loose = frames.starts[i]!
      break
    }
    this.#o = this.#headings.prune(this.#out, this.#o, 0)
    return loose
  }
}
