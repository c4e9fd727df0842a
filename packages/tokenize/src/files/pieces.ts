import { anyOf } from '../special.ts'

/** Characters after which a piece ends, at the next place that serves. */
const enough = 1 << 20
/** Of a text without any such place a piece ends here all the same. */
const most = 1 << 24

export interface TextPiecesOptions {
  /** Spellings that no end of a piece may tear: the special tokens of a tokenizer that is to find them. Default: none. */
  whole?: Iterable<string>
}

/**
 * A long text, which comes in chunks, in pieces of some million characters whose ids and words are those of the whole: they end before
 * a space or after an end of line between two words, where every tokenizer that we train cuts. A text that has no such place for 16
 * million characters is cut there.
 */
export async function* textPieces(
  chunks: Iterable<string> | AsyncIterable<string>,
  options: TextPiecesOptions = {},
): AsyncGenerator<string, void, undefined> {
  const whole = wholeSpellings([...(options.whole ?? [])])
  let held = ''
  let seen = 0
  for await (const chunk of chunks) {
    held += chunk
    if (held.length < enough) continue
    let end = lastCut(held, seen, whole)
    if (end === undefined && held.length >= most) end = whole.before(held, held.length - whole.ahead)
    // What is before has been looked at with all that could change it.
    seen = Math.max(0, held.length - whole.ahead - 1)
    if (end === undefined) continue
    yield held.slice(0, end)
    held = held.slice(end)
    seen = 0
  }
  if (held !== '') yield held
}

/** The last place after `from` where all tokenizers cut, whatever else stands around it. */
function lastCut(text: string, from: number, whole: WholeSpellings): number | undefined {
  for (let at = text.length - whole.ahead - 1; at > from; at--) {
    const code = text.charCodeAt(at)
    if ((code !== 0x20 && code !== 0x0a) || !solid.test(text[at - 1]!) || !solid.test(text[at + 1]!)) continue
    const end = code === 0x20 ? at : at + 1
    if (!whole.mayTear(text, end)) return end
  }
  return undefined
}

/** Neither white space nor anything that some would take for it, nor what joins the character before: letters, numbers, punctuation. */
const solid = /[\p{L}\p{N}\p{P}\p{S}]/u

interface WholeSpellings {
  /** Characters behind an end that must be there to judge it. */
  readonly ahead: number
  /** Whether a spelling stands across `end`, whether or not it is the one that is found there; `end` is at a space or an end of line. */
  mayTear(text: string, end: number): boolean
  /** `end`, or where the spelling or the character begins that it would tear. */
  before(text: string, end: number): number
}

function wholeSpellings(spellings: readonly string[]): WholeSpellings {
  const longest = Math.max(1, ...spellings.map(({ length }) => length))
  const broken = spellings.filter(spelling => /[ \n]/.test(spelling))
  return {
    ahead: longest,
    mayTear(text, end) {
      return broken.some(spelling => {
        const near = text.slice(Math.max(0, end - spelling.length + 1), end + spelling.length - 1)
        return near.includes(spelling)
      })
    },
    before(text, end) {
      // As they are found: from the beginning on, where one ends the next may begin.
      for (const found of spellings.length > 0 ? text.matchAll(anyOf(spellings)) : []) {
        if (found.index >= end) break
        if (found.index + found[0].length > end) return found.index
      }
      return isHigh(text.charCodeAt(end - 1)) ? end - 1 : end
    },
  }
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}
