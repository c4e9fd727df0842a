import { classOf, letter, space, terminal } from '../text/classes.ts'
import { codeAt, widthOf } from '../text/utf8.ts'

/** Words after which a full stop ends no sentence, in lower case. */
const abbreviations = new Set(
  'mr mrs ms dr prof st mt rev gen col capt lt sgt hon sr jr vs etc e.g i.e cf ca fig no vol pp ed al inc ltd co corp dept univ jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k a.m p.m'.split(
    ' ',
  ),
)

/**
 * Sentences between two places: a mark that ends one (Unicode's Sentence_Terminal), quotation marks and brackets that close after
 * it, and then white space, the end, or, for marks of scripts without spaces, anything. A full stop after an abbreviation or
 * after one letter ends none. What is left behind the last mark is a sentence, too.
 */
export function countSentences(bytes: Uint8Array, start: number, end: number): number {
  let sentences = 0
  let open = false
  for (let at = start; at < end; ) {
    const first = bytes[at]!
    const code = codeAt(bytes, at)
    const bits = classOf(code)
    at += widthOf(first)
    if ((bits & terminal) === 0) {
      if ((bits & space) === 0) open = true
      continue
    }
    let after = at
    while (after < end && (closes(codeAt(bytes, after)) || (classOf(codeAt(bytes, after)) & terminal) !== 0)) {
      after += widthOf(bytes[after]!)
    }
    const ended = after >= end || (classOf(codeAt(bytes, after)) & space) !== 0 || code > 0x2fff
    if (ended && !(code === 0x2e && after === at && after < end && abbreviated(bytes, start, at - 1))) {
      if (open) sentences++
      open = false
    } else open = true
    at = after
  }
  return sentences + (open ? 1 : 0)
}

function closes(code: number): boolean {
  return (
    code === 0x22 ||
    code === 0x27 ||
    code === 0x29 ||
    code === 0x5d ||
    code === 0x2019 ||
    code === 0x201d ||
    code === 0xbb ||
    code === 0x300d ||
    code === 0x300f ||
    code === 0xff09
  )
}

/** Whether the word that ends at `end` is short for another. */
function abbreviated(bytes: Uint8Array, start: number, end: number): boolean {
  let from = end
  while (from > start && bytes[from - 1]! > 0x20 && end - from < 8) from--
  while (from < end && (classOf(bytes[from]! & 0x7f) & letter) === 0 && bytes[from]! < 0x80) from++
  if (end - from === 1) return bytes[from]! >= 0x41 && bytes[from]! <= 0x5a && bytes[from] !== 0x49
  return abbreviations.has(
    Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from)
      .toString('latin1')
      .toLowerCase(),
  )
}
