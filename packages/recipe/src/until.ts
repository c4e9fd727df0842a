/** What may be told of a text that ends before one of some strings. */
export interface HeldText {
  /** Adds to the text. @returns what may be told now; `ended` when one of the strings is complete: nothing comes after that */
  push(piece: string): { readonly text: string; readonly ended: boolean }
  /** What was held back to the end. */
  rest(): string
}

/**
 * A text up to that of some strings which is complete first. What may be the beginning of one is held back until that is known.
 */
export function heldText(ends: readonly string[]): HeldText {
  let held = ''
  const tell = (length: number): string => {
    const text = held.slice(0, length)
    held = held.slice(length)
    return text
  }
  return {
    push(piece) {
      held += piece
      const found = firstOf(ends, held)
      const text = tell(found ?? held.length - beginningOf(ends, held))
      if (found !== undefined) held = ''
      return { text, ended: found !== undefined }
    },
    rest: () => tell(held.length),
  }
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
