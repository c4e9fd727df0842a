import { needsEscape } from '../build/four-bytes.ts'

const quote = 0x22
const backslash = 0x5c

/** What stands after the backslash for a byte that a JSON string may not hold as it is (RFC 8259 7): 0 none, `u` by number. */
const escapes = new Uint8Array(256)
escapes.fill(0x75, 0, 0x20)
escapes[0x08] = 0x62
escapes[0x09] = 0x74
escapes[0x0a] = 0x6e
escapes[0x0c] = 0x66
escapes[0x0d] = 0x72
escapes[quote] = quote
escapes[backslash] = backslash

const hex = Buffer.from('0123456789abcdef')

/** Bytes of UTF-8 that `length` bytes become at the most. */
export function escapedLength(length: number): number {
  return 6 * length
}

/**
 * Writes UTF-8 as it stands inside a JSON string. `into` must have room: `escapedLength` is always enough.
 *
 * @returns where it ends in `into`
 */
export function escapeInto(into: Uint8Array, at: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const target = new DataView(into.buffer, into.byteOffset, into.byteLength)
  let end = at
  for (let i = from; i < to; ) {
    // Four at a time as long as there is nothing to escape among them.
    for (; i + 4 <= to; i += 4, end += 4) {
      const four = source.getInt32(i, true)
      if (needsEscape(four)) break
      target.setInt32(end, four, true)
    }
    for (const stop = Math.min(i + 4, to); i < stop; i++) {
      const byte = bytes[i]!
      const letter = escapes[byte]!
      if (letter === 0) into[end++] = byte
      else {
        into[end++] = backslash
        into[end++] = letter
        if (letter !== 0x75) continue
        into[end++] = 0x30
        into[end++] = 0x30
        into[end++] = hex[byte >> 4]!
        into[end++] = hex[byte & 15]!
      }
    }
  }
  return end
}
