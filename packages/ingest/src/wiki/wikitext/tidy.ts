import { BANG, CLOSE_BRACE, COMMA, CR, isBlank, LF, OPEN_BRACE, OPEN_PAREN, PIPE, SEMICOLON, SPACE } from './bytes.ts'

const STOP = 0x2e

/**
 * What is left of a text when its markup has gone, put in order in place: one space between words, none at the ends of lines or
 * before a comma, one blank line between paragraphs at most.
 *
 * @param loose from here on lines that begin like those of a template or table are left out: it was never closed
 * @returns how long it is then
 */
export function tidy(text: Uint8Array, length: number, loose: number): number {
  let to = 0
  let blank = false
  for (let from = 0; from < length; ) {
    const feed = text.indexOf(LF, from)
    const end = feed < 0 || feed > length ? length : feed
    if (from < loose || !markup(text, from, end)) {
      const before = to
      if (to > 0) {
        text[to++] = LF
        if (blank) text[to++] = LF
      }
      const start = to
      to = tidyLine(text, from, end, to)
      if (to === start) {
        to = before
        blank = true
      } else blank = false
    }
    from = end + 1
  }
  return to
}

function tidyLine(text: Uint8Array, from: number, end: number, at: number): number {
  const start = at
  let to = at
  let last = LF
  for (let i = from; i < end; i++) {
    const byte = text[i]!
    if (byte > SEMICOLON) {
      last = byte
      text[to++] = byte
      continue
    }
    if (byte === SPACE || byte === 0x09 || byte === CR) {
      if (last === SPACE || last === LF || last === OPEN_PAREN) continue
      last = SPACE
      text[to++] = SPACE
      continue
    }
    if (byte === COMMA || byte === STOP || byte === SEMICOLON) {
      // "(; Greek: …)": what stood first has gone.
      if (last === OPEN_PAREN && byte !== STOP) continue
      if (last === SPACE && byte !== SEMICOLON && to > start && (i + 1 === end || isBlank(text[i + 1]))) to--
    }
    last = byte
    text[to++] = byte
  }
  while (to > start && text[to - 1] === SPACE) to--
  return to
}

/** Whether a line begins as one of a template or table does. */
function markup(text: Uint8Array, from: number, end: number): boolean {
  let at = from
  while (at < end && isBlank(text[at])) at++
  const first = text[at]
  if (first === PIPE || first === BANG) return true
  const second = text[at + 1]
  return (
    (first === OPEN_BRACE && (second === OPEN_BRACE || second === PIPE)) || (first === CLOSE_BRACE && second === first)
  )
}
