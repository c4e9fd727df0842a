import { isWorthIt, PlainBytes } from '../build/plain-bytes.ts'

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
  return isWorthIt(to - from) ? escapeLong(into, at, bytes, from, to) : escapeShort(into, at, bytes, from, to)
}

export function escapeShort(into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): number {
  let end = at
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (escapes[byte] === 0) into[end++] = byte
    else end = escapeByte(into, end, byte)
  }
  return end
}

const memory = new PlainBytes(escapes)

export function escapeLong(into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): number {
  memory.take(bytes, from, to, escapedLength(to - from))
  const { bytes: held, to: last, into: begin } = memory
  for (let i = memory.from; ; i++) {
    i = memory.escape(i)
    if (i === last) break
    memory.end = escapeByte(held, memory.end, held[i]!)
  }
  into.set(held.subarray(begin, memory.end), at)
  return at + memory.end - begin
}

function escapeByte(into: Uint8Array, at: number, byte: number): number {
  const letter = escapes[byte]!
  into[at] = backslash
  into[at + 1] = letter
  if (letter !== 0x75) return at + 2
  into[at + 2] = 0x30
  into[at + 3] = 0x30
  into[at + 4] = hex[byte >> 4]!
  into[at + 5] = hex[byte & 15]!
  return at + 6
}
