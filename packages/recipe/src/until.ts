/**
 * The text of these pieces up to that of some strings which is complete first. What may be the beginning of one is held back until
 * that is known.
 */
export async function* untilOneOf(
  ends: readonly string[],
  pieces: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let held = ''
  for await (const piece of pieces) {
    held += piece
    const found = firstOf(ends, held)
    if (found !== undefined) {
      const text = held.slice(0, found)
      if (text) yield text
      return
    }
    const open = beginningOf(ends, held)
    const text = held.slice(0, held.length - open)
    held = held.slice(held.length - open)
    if (text) yield text
  }
  if (held) yield held
}

/** Where the end that is complete first begins; of several that are complete at once, the longest. */
function firstOf(ends: readonly string[], text: string): number | undefined {
  const found = ends.map(end => ({ at: text.indexOf(end), length: end.length })).filter(({ at }) => at >= 0)
  found.sort((a, b) => a.at + a.length - (b.at + b.length) || a.at - b.at)
  return found[0]?.at
}

/** How many of the text's last characters are the first of an end. */
function beginningOf(ends: readonly string[], text: string): number {
  let most = 0
  for (const end of ends) {
    for (let length = Math.min(end.length - 1, text.length); length > most; length--) {
      if (text.endsWith(end.slice(0, length))) most = length
    }
  }
  return most
}
