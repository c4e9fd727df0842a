import { numberOf } from './numbers.ts'

/** A line that begins a chapter, or an entry of a table of contents that looks like one. */
export interface Heading {
  /** Index of the line's first character, and of the first one after it. */
  readonly start: number
  readonly end: number
  /** What it says, on one line. */
  readonly label: string
  /** The same for two spellings of one heading: `chapter 12`, `epilogue`. */
  readonly key: string
}

const numbered =
  'chapter|chap\\.?|book|part|volume|vol\\.|canto|act|scene|letter|stave|adventure|section|chapitre|livre|partie|kapitel|buch|teil|cap[ií]tulo|libro|parte|capitolo|hoofdstuk|глава|часть|книга'
const named =
  'etymology|extracts|prologue|epilogue|preface|foreword|introduction|introductory|conclusion|afterword|postscript|appendix|interlude|dedication|contents|table of contents|finale'

/** A first sieve, quick over long texts; what it lets through is looked at line by line. */
const candidate = new RegExp(
  `^[ \\t\\u3000]*(?:(?:the )?(?:(?:${numbered})\\b|(?:${named})\\b|[a-z-]+ (?:chapter|book|part|act)\\b)|[_=*]{1,3}(?:chapter|book)\\b|глава|часть|книга|第[〇零一二三四五六七八九十百千两\\d０-９]{1,7}[章回卷节節篇部])[^\\n]*`,
  'gimu',
)

const withNumber = new RegExp(`^(?:the )?(${numbered}) (?:the )?([\\p{L}\\d]+(?:[- ][\\p{L}]+)?)(.*)$`, 'iu')
const numberFirst = /^(?:the )?([\p{L}-]+) (chapter|book|part|act)(?=[\s.:,]|$)(.*)$/iu
const name = new RegExp(`^(${named})\\b(.*)$`, 'iu')
const chinese = /^第([^章回卷节節篇部]{1,7})([章回卷节節篇部])(.*)$/u

/** Finds the headings of a text: alone after a blank line, a rule or another heading, and worded like one. */
export function headingsOf(text: string): Heading[] {
  const headings: Heading[] = []
  for (const match of text.matchAll(candidate)) {
    const start = match.index
    const lineEnd = start + match[0].length
    const previous = headings.at(-1)
    if (lineEnd - start > 160 || (previous !== undefined && start < previous.end)) continue
    if (!afterBreak(text, start, previous)) continue
    const line = oneLine(match[0]).replace(/^[_=*]+|[_=*]+$/g, '')
    const wrapped = continuation(text, lineEnd)
    const key = keyOf(line, wrapped === '', wrapped !== undefined)
    if (key === undefined) continue
    // A bare "CHAPTER I" is whole: what stands right under it is a title or the text.
    const more = keepsTitle(line) ? (wrapped ?? '') : ''
    headings.push({ start, end: lineEnd + more.length, label: oneLine(line + more), key })
  }
  return headings
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Whether a heading says more than its number, so that the lines right under it are the rest of its title. */
const keepsTitle = (line: string): boolean => line.split(' ').length > 3

/**
 * What the line is the heading of; undefined where it is a sentence after all.
 *
 * @param alone whether a blank line follows
 * @param short whether one follows after at most two more lines: a wrapped title
 */
function keyOf(line: string, alone: boolean, short: boolean): string | undefined {
  const zh = chinese.exec(line)
  if (zh) return alone && zh[3]!.length <= 40 && !/[。！？]$/u.test(zh[3]!) ? `第${zh[1]}${zh[2]}` : undefined
  const [, word, number, rest] = withNumber.exec(line) ?? []
  if (word !== undefined) return numberedKey(word, number!, rest!, alone, short)
  const [, ordinal, kind, tail] = numberFirst.exec(line) ?? []
  if (ordinal !== undefined) {
    const value = numberOf(ordinal)
    return value !== undefined && titleLike(tail!, kind!, alone, short) ? `${kind!.toLowerCase()} ${value}` : undefined
  }
  const [, title, after] = name.exec(line) ?? []
  if (title === undefined || !alone) return undefined
  const shouted = title === title.toUpperCase()
  return /^[.:]?$/.test(after!) || (shouted && /^[.:(—– ]/.test(after!) && line.length < 70)
    ? title.toLowerCase()
    : undefined
}

function numberedKey(word: string, number: string, rest: string, alone: boolean, short: boolean): string | undefined {
  const kind = word
    .toLowerCase()
    .replace(/^chap\.?$/, 'chapter')
    .replace(/^vol\.$/, 'volume')
  // "twenty-one" is one number; "I LOOMINGS" and "one morning" are a number and something else.
  const whole = numberOf(number)
  if (whole !== undefined) return titleLike(rest, word, alone, short) ? `${kind} ${whole}` : undefined
  const cut = number.search(/[- ]/)
  const value = cut < 0 ? undefined : numberOf(number.slice(0, cut))
  if (value === undefined) return undefined
  return titleLike(number.slice(cut) + rest, word, alone, short) ? `${kind} ${value}` : undefined
}

/** Whether `rest`, what follows the number, ends a heading rather than beginning a sentence. */
function titleLike(rest: string, word: string, alone: boolean, short: boolean): boolean {
  if (/^[.:\])]*$/.test(rest)) return true
  // A paragraph that begins like a heading and goes on is a paragraph.
  if (!short) return false
  const shouted = word === word.toUpperCase() && word.length > 1
  if (/^(?:[.:—–\])]|--| [-—–])/.test(rest)) return shouted || (alone && rest.length <= 80)
  if (!rest.startsWith(' ')) return false
  return /^ [\p{Lu}\p{N}"'“‘([]/u.test(rest) && (shouted || (alone && rest.length <= 60 && !/[,;]$/.test(rest)))
}

/** Whether the line before is blank, a rule, another heading, or none. */
function afterBreak(text: string, start: number, previous: Heading | undefined): boolean {
  if (start === 0 || previous?.end === start - 1) return true
  const before = text.slice(text.lastIndexOf('\n', start - 2) + 1, start - 1)
  return /^[\s\-=_*~.#─—]*$/.test(before)
}

/** The lines between `end` and the next blank line, if there are at most two; `''` for none. */
function continuation(text: string, end: number): string | undefined {
  let at = end
  for (let lines = 0; lines <= 2; lines++) {
    if (at === text.length) return text.slice(end)
    const feed = text.indexOf('\n', at + 1)
    const next = feed < 0 ? text.length : feed
    if (text.slice(at, next).trim() === '') return text.slice(end, at)
    at = next
  }
  return at === text.length ? text.slice(end) : undefined
}
