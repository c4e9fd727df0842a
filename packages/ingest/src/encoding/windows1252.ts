import type { ByteReader } from '../bytes/reader.ts'

/**
 * The upper half of Windows-1252, which holds all that is printable in Latin-1, as the WHATWG Encoding Standard has it
 * (https://encoding.spec.whatwg.org/#windows-1252): its five unassigned bytes are the C1 controls of that number. Our own
 * table, for some releases of Node decode this encoding as if it were Latin-1 (nodejs/node#56542).
 */
const c1 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** UTF-8 of byte 0x80 + i: three bytes at 3 * i, the last one 0 where two do. */
const table = new Uint8Array(3 * 128)
for (let i = 0; i < 128; i++) table.set(Buffer.from(i < 32 ? c1[i]! : String.fromCharCode(0x80 + i)), 3 * i)

/** Turns Windows-1252 into UTF-8. */
export function windows1252Reader(input: ByteReader): ByteReader {
  const raw = new Uint8Array(32 * 1024)
  const text = new Uint8Array(3 * raw.length)
  let start = 0
  let end = 0
  return {
    async read(into) {
      if (start === end) {
        start = 0
        end = encode(raw.subarray(0, await input.read(raw)), text)
      }
      const count = Math.min(into.length, end - start)
      into.set(text.subarray(start, start + count))
      start += count
      return count
    },
    close: () => input.close(),
  }
}

/** Text in Windows-1252, at once. */
export function windows1252Text(bytes: Uint8Array): string {
  const text = Buffer.allocUnsafe(3 * bytes.length)
  return text.toString('utf8', 0, encode(bytes, text))
}

/** Returns the number of bytes written. */
function encode(raw: Uint8Array, text: Uint8Array): number {
  let at = 0
  for (const byte of raw) {
    if (byte < 0x80) text[at++] = byte
    else {
      const entry = 3 * (byte - 0x80)
      text[at++] = table[entry]!
      text[at++] = table[entry + 1]!
      if (table[entry + 2] !== 0) text[at++] = table[entry + 2]!
    }
  }
  return at
}
