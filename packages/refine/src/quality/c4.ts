import { byteClasses, classOf, space, unspaced } from '../text/classes.ts'
import { bracket, curly, type Lines } from '../text/lines.ts'
import { javascript, loremIpsum, policy } from '../text/phrases.ts'
import { Segments } from '../text/segment.ts'
import { codeAt, textOf, widthOf } from '../text/utf8.ts'
import { Words } from '../text/words.ts'
import type { Limit, Rules, Scanned } from './rule.ts'
import { countSentences } from './sentences.ts'

/**
 * The rules of C4 (Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", section
 * 2.2), with those its published code adds (long words, policies). They judge lines, and documents by the lines that stay. The
 * list of bad words is left out. Each is switched off by `false`.
 */
export interface C4Options {
  /** A line must end in . ! ? or a quotation mark, and not in "…". In scripts without spaces also in their own marks. Default true. */
  readonly terminalPunctuation?: boolean
  /** Words a line has at least. Default 3. */
  readonly minLineWords?: Limit
  /** Characters of the longest word of a line. Default 1000. */
  readonly maxWordLength?: Limit
  /** Sentences that are left of a document. Default 5. */
  readonly minSentences?: Limit
  /** Documents with "lorem ipsum" go. Default true. */
  readonly loremIpsum?: boolean
  /** Lines with "javascript" go. Default true. */
  readonly javascript?: boolean
  /** Documents with a curly bracket go. Default true. */
  readonly curlyBracket?: boolean
  /** Lines on cookies, privacy and terms of use go. Default true. */
  readonly policy?: boolean
  /** Marks such as [1], [edit], [citation needed] go. Default true. */
  readonly citations?: boolean
}

const citation = /\[\d*\]|\[edit\]|\[citation needed\]/g

export function c4(options: C4Options = {}): Rules {
  const settings: Required<C4Options> = { ...defaults, ...options }
  const { minSentences } = settings
  const counted: Record<string, number> = {}
  const kept = { start: new Int32Array(512), end: new Int32Array(512) }
  return function* (text) {
    const { bytes, start, end, scan } = text
    const { lines } = scan
    if (kept.start.length < lines.count) {
      kept.start = new Int32Array(lines.count * 2)
      kept.end = new Int32Array(lines.count * 2)
    }
    for (const name in counted) delete counted[name]
    let sentences = 0
    let count = 0
    let edited: Map<number, string> | undefined
    for (let i = 0; i < lines.count; i++) {
      // Of a long text only: a line of few words goes to the segmenter.
      if ((i & 255) === 255) yield
      const marks = lines.marks[i]!
      const from = lines.inkStarts[i]!
      let to = lines.inkEnds[i]!
      if (
        settings.maxWordLength !== false &&
        lines.chars[i]! > settings.maxWordLength &&
        hasLongWord(bytes, from, to, settings.maxWordLength)
      ) {
        counted['c4: lines with an endless word'] = (counted['c4: lines with an endless word'] ?? 0) + 1
        continue
      }
      let shortened: string | undefined
      let ending: Uint8Array = bytes
      if ((marks & bracket) !== 0 && settings.citations) {
        const line = textOf(bytes, from, to)
        const without = line.replace(citation, '')
        if (without !== line) {
          shortened = without
          ending = Buffer.from(without)
          to = ending.length
        }
      }
      const first = shortened === undefined ? from : 0
      if (settings.terminalPunctuation && !terminated(ending, first, to)) {
        if (to > first) counted['c4: lines without an end'] = (counted['c4: lines without an end'] ?? 0) + 1
        continue
      }
      if (settings.minLineWords !== false && lines.words[i]! < settings.minLineWords) {
        if (!enoughSegments(text, i, settings.minLineWords)) {
          if (to > first) counted['c4: lines of few words'] = (counted['c4: lines of few words'] ?? 0) + 1
          continue
        }
      }
      if ((marks & loremIpsum) !== 0 && settings.loremIpsum) return { drop: 'c4: lorem ipsum' }
      if ((marks & javascript) !== 0 && settings.javascript) {
        counted['c4: lines on javascript'] = (counted['c4: lines on javascript'] ?? 0) + 1
        continue
      }
      if ((marks & curly) !== 0 && settings.curlyBracket) return { drop: 'c4: curly bracket' }
      if ((marks & policy) !== 0 && settings.policy) {
        counted['c4: lines on policies'] = (counted['c4: lines on policies'] ?? 0) + 1
        continue
      }
      // No more than need be: the sum only has to reach the limit.
      if (minSentences !== false && sentences < minSentences) sentences += countSentences(ending, first, to)
      if (shortened !== undefined) {
        edited ??= new Map()
        edited.set(count, shortened)
        counted['c4: lines without citation marks'] = (counted['c4: lines without citation marks'] ?? 0) + 1
      }
      kept.start[count] = from
      kept.end[count++] = shortened === undefined ? to : from
    }
    if (minSentences !== false && sentences < minSentences) return { drop: 'c4: too few sentences' }
    const whole = !edited && count === lines.count && tight(bytes, lines, start, end)
    if (whole) return undefined
    return { text: joined(bytes, kept, count, edited), changed: { ...counted } }
  }
}

const defaults: Required<C4Options> = {
  terminalPunctuation: true,
  minLineWords: 3,
  maxWordLength: 1000,
  minSentences: 5,
  loremIpsum: true,
  javascript: true,
  curlyBracket: true,
  policy: true,
  citations: true,
}

/** Whether there is a run of over `most` characters without white space. */
function hasLongWord(bytes: Uint8Array, start: number, end: number, most: number): boolean {
  let length = 0
  for (let at = start; at < end && length <= most; at += widthOf(bytes[at]!)) {
    length = (classOf(codeAt(bytes, at)) & space) !== 0 ? 0 : length + 1
  }
  return length > most
}

function terminated(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start) return false
  const last = bytes[end - 1]!
  if (last === 0x2e) return !(end - start >= 3 && bytes[end - 2] === 0x2e && bytes[end - 3] === 0x2e)
  if (last < 0x80) return last === 0x21 || last === 0x3f || last === 0x22 || last === 0x27
  let at = end - 1
  while ((bytes[at]! & 0xc0) === 0x80) at--
  return endings.has(codeAt(bytes, at))
}

/** Full stop, exclamation and question mark of Chinese and Japanese, the quotation marks that close after them, and typographic ones. */
const endings = new Set([...'。！？｡．」』”’»'].map(character => character.codePointAt(0)!))

/**
 * Whether a line of few words between white space has enough in scripts without spaces. The first bytes decide; a line of such scripts is
 * seldom short of words.
 */
function enoughSegments({ bytes, scan }: Scanned, line: number, enough: number): boolean {
  const from = scan.lines.inkStarts[line]!
  const end = Math.min(scan.lines.inkEnds[line]!, from + 96)
  if (scan.listed) return countFrom(bytes, scan.words, firstFrom(scan.words, from), end) >= enough
  let found = 0
  segments.reset()
  for (let at = from; at < end && found < enough; ) {
    if (!isUnspaced(bytes, at)) {
      at += widthOf(bytes[at]!)
      continue
    }
    some.count = 0
    at = segments.open(bytes, at, scan.lines.inkEnds[line]!)
    segments.add(some, Number.POSITIVE_INFINITY)
    found += countFrom(bytes, some, 0, end)
  }
  return found >= enough
}
const segments = new Segments()
const some = new Words()

/** Words in scripts without spaces, of those from number `first` on that begin before `end`. */
function countFrom(bytes: Uint8Array, words: Words, first: number, end: number): number {
  let found = 0
  for (let i = first; i < words.count && words.start(i) < end; i++) if (isUnspaced(bytes, words.start(i))) found++
  return found
}

/** Number of the first word that does not begin before `at`. */
function firstFrom(words: Words, at: number): number {
  let low = 0
  for (let high = words.count; low < high; ) {
    const middle = (low + high) >> 1
    if (words.start(middle) < at) low = middle + 1
    else high = middle
  }
  return low
}

function isUnspaced(bytes: Uint8Array, at: number): boolean {
  return bytes[at]! > 0x7f && (classOf(codeAt(bytes, at)) & unspaced) !== 0
}

/** Whether the lines joined by LF are the text as it is. */
function tight(bytes: Uint8Array, lines: Lines, start: number, end: number): boolean {
  let at = start
  for (let i = 0; i < lines.count; i++) {
    if (lines.inkStarts[i] !== at || lines.inkEnds[i] !== lines.ends[i]) return false
    at = lines.ends[i]! + 1
    if (at <= end && bytes[at - 1] !== 0x0a) return false
  }
  return at === end + 1
}

function joined(
  bytes: Uint8Array,
  kept: { readonly start: Int32Array; readonly end: Int32Array },
  count: number,
  edited: ReadonlyMap<number, string> | undefined,
): Uint8Array {
  let size = Math.max(0, count - 1)
  for (let i = 0; i < count; i++) {
    size += edited?.has(i) ? Buffer.byteLength(edited.get(i)!) : kept.end[i]! - kept.start[i]!
  }
  const text = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (i > 0) text[at++] = 0x0a
    const own = edited?.get(i)
    if (own !== undefined) at += text.write(own, at)
    else {
      text.set(bytes.subarray(kept.start[i], kept.end[i]), at)
      at += kept.end[i]! - kept.start[i]!
    }
  }
  // Without white space around, which citation marks may have left.
  let from = 0
  while (from < at && (byteClasses[text[from]!]! & space) !== 0) from++
  while (at > from && (byteClasses[text[at - 1]!]! & space) !== 0) at--
  return text.subarray(from, at)
}
