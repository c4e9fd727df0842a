import { emergencyCut } from './boundary.ts'

/** Bytes of the parts in which a document over its limit travels: a frame's worth, so that no frame is much larger. */
export const partBytes = 1024 * 1024

/**
 * Cuts a text into parts of at most `size` bytes of UTF-8 (at least 8), each at the last line end within it, else the last space,
 * else between two characters. Joined they are the text again; lone surrogates of a text that needs cutting become U+FFFD.
 */
export function partsOf(text: string, size: number): string[] {
  if (fits(text, size)) return [text]
  let rest = Buffer.from(text)
  const parts: string[] = []
  while (rest.length > size) {
    const cut = emergencyCut(rest, size)
    parts.push(rest.toString('utf8', 0, cut))
    rest = rest.subarray(cut)
  }
  parts.push(rest.toString('utf8'))
  return parts
}

/** Whether the text has at most `limit` bytes of UTF-8. */
export function fits(text: string, limit: number): boolean {
  return text.length * 3 <= limit || (text.length <= limit && Buffer.byteLength(text) <= limit)
}
