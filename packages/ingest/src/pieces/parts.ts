import { emergencyCut } from './boundary.ts'

/**
 * Cuts a text into parts of at most `limit` bytes of UTF-8 (at least 8), each at the last line end within it, else the last
 * space, else between two characters. Joined they are the text again; lone surrogates of a text that needs cutting become U+FFFD.
 */
export function partsOf(text: string, limit: number): string[] {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return [text]
  let rest = Buffer.from(text)
  const parts: string[] = []
  while (rest.length > limit) {
    const cut = emergencyCut(rest, limit)
    parts.push(rest.toString('utf8', 0, cut))
    rest = rest.subarray(cut)
  }
  parts.push(rest.toString('utf8'))
  return parts
}
