import { isWorthIt, PlainBytes } from '../build/plain-bytes.ts'

const quote = 0x22
const backslash = 0x5c

/** Bytes that stand for themselves inside a JSON string: all but quote, backslash and the controls (RFC 8259 7). */
export const plain = new Uint8Array(256).fill(1)
plain.fill(0, 0, 0x20)
plain[quote] = 0
plain[backslash] = 0

/** What follows the backslash, to the byte it means; 0 for none (`u` is told apart). */
const meant = new Uint8Array(256)
for (const [letter, byte] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map(pair => [
  ...Buffer.from(pair),
])) {
  meant[letter!] = byte!
}

/**
 * Writes what stands between the quotes of a JSON string as UTF-8; lone surrogates become U+FFFD. `into` needs as many bytes as
 * there are.
 *
 * @returns where it ends in `into`; -1 where it is no valid JSON string
 */
export function unescapeInto(into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): number {
  return isWorthIt(to - from) ? unescapeLong(into, at, bytes, from, to) : unescapeShort(into, at, bytes, from, to)
}

export function unescapeShort(into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): number {
  let end = at
  for (let i = from; i < to; ) {
    const byte = bytes[i]!
    if (plain[byte] === 1) {
      into[end++] = byte
      i++
      continue
    }
    const length = escapeLength(bytes, i, to)
    if (length === 0) return -1
    end = meaningInto(into, end, bytes, i, length, to)
    i += length
  }
  return end
}

const memory = new PlainBytes(meant)

export function unescapeLong(into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): number {
  memory.take(bytes, from, to, to - from)
  const { bytes: held, to: last, into: begin } = memory
  for (let i = memory.from; ; ) {
    i = memory.unescape(i)
    if (i === last) break
    const length = escapeLength(held, i, last)
    if (length === 0) return -1
    memory.end = meaningInto(held, memory.end, held, i, length, last)
    i += length
  }
  into.set(held.subarray(begin, memory.end), at)
  return at + memory.end - begin
}

/** Bytes of the escape at `at`: 2, 6, or 12 for a pair of surrogates; 0 where there is none. */
export function escapeLength(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] !== backslash || at + 1 === to) return 0
  if (bytes[at + 1] !== 0x75) return meant[bytes[at + 1]!] === 0 ? 0 : 2
  const code = codeUnits(bytes, at + 2, to)
  return code < 0 ? 0 : code > 0xffff ? 12 : 6
}

/** Writes what an escape of so many bytes means. @returns where it ends in `into` */
export function meaningInto(
  into: Uint8Array,
  end: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  to: number,
): number {
  if (length === 2) {
    into[end] = meant[bytes[at + 1]!]!
    return end + 1
  }
  const code = codeUnits(bytes, at + 2, to)
  return characterInto(into, end, code >= 0xd800 && code < 0xe000 ? 0xfffd : code)
}

/** The character written at `from`, just after `\u`: its four digits, or those of a pair of surrogates; -1 where there are none. */
function codeUnits(bytes: Uint8Array, from: number, to: number): number {
  const code = hex4(bytes, from, to)
  if (code < 0xd800 || code >= 0xdc00 || bytes[from + 4] !== backslash || bytes[from + 5] !== 0x75) return code
  const low = hex4(bytes, from + 6, to)
  return low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : code
}

/** Whether what stands between two quotes is a valid JSON string. */
export function isString(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (plain[bytes[i]!] === 1) continue
    if (bytes[i] !== backslash || ++i === to) return false
    if (bytes[i] === 0x75) {
      if (hex4(bytes, i + 1, to) < 0) return false
      i += 4
    } else if (meant[bytes[i]!] === 0) return false
  }
  return true
}

function hex4(bytes: Uint8Array, from: number, to: number): number {
  if (from + 4 > to) return -1
  let value = 0
  for (let i = from; i < from + 4; i++) {
    const byte = bytes[i]!
    const letter = byte | 0x20
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
    if (digit < 0) return -1
    value = (value << 4) | digit
  }
  return value
}

function characterInto(into: Uint8Array, at: number, code: number): number {
  let end = at
  if (code < 0x80) into[end++] = code
  else if (code < 0x800) {
    into[end++] = 0xc0 | (code >> 6)
    into[end++] = 0x80 | (code & 63)
  } else {
    if (code < 0x10000) into[end++] = 0xe0 | (code >> 12)
    else {
      into[end++] = 0xf0 | (code >> 18)
      into[end++] = 0x80 | ((code >> 12) & 63)
    }
    into[end++] = 0x80 | ((code >> 6) & 63)
    into[end++] = 0x80 | (code & 63)
  }
  return end
}
