/** Characters after which a piece ends, at the next place that serves. */
const enough = 1 << 20
/** Of a text without any such place a piece ends here all the same. */
const most = 1 << 24

/**
 * A long text, which comes in chunks, in pieces of some million characters whose ids and words are those of the whole: they end before
 * a space or after an end of line between two words, where every tokenizer that we train cuts. A text that has no such place for 16
 * million characters is cut there.
 */
export async function* textPieces(
  chunks: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let held = ''
  let seen = 0
  for await (const chunk of chunks) {
    held += chunk
    if (held.length < enough) continue
    let end = lastCut(held, seen)
    if (end === undefined && held.length >= most) end = held.length - (isHigh(held.charCodeAt(held.length - 1)) ? 1 : 0)
    // The last two are looked at again: what follows them was not there yet.
    seen = Math.max(0, held.length - 2)
    if (end === undefined) continue
    yield held.slice(0, end)
    held = held.slice(end)
    seen = 0
  }
  if (held !== '') yield held
}

/** The last place after `from` where all tokenizers cut, whatever else stands around it. */
function lastCut(text: string, from: number): number | undefined {
  for (let at = text.length - 2; at > from; at--) {
    const code = text.charCodeAt(at)
    if ((code !== 0x20 && code !== 0x0a) || !solid.test(text[at - 1]!) || !solid.test(text[at + 1]!)) continue
    return code === 0x20 ? at : at + 1
  }
  return undefined
}

/** Neither white space nor anything that some would take for it, nor what joins the character before: letters, numbers, punctuation. */
const solid = /[\p{L}\p{N}\p{P}\p{S}]/u

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}
