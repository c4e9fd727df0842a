import { emergencyCut } from '../pieces/boundary.ts'
import { escapeLength, meaningInto, plain } from './strings.ts'

const backslash = 0x5c
/** Bytes that are looked at before others have their turn. */
const stretch = 1024 * 1024

/**
 * Bytes of UTF-8 that a JSON string means; -1 where what stands between the quotes is no valid JSON string.
 *
 * @param breathe awaited between stretches
 */
export async function meantLength(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  breathe: () => Promise<void> | undefined,
): Promise<number> {
  const character = new Uint8Array(4)
  let length = 0
  for (let at = start; at < end; ) {
    for (const stop = Math.min(end, at + stretch); at < stop; ) {
      if (plain[bytes[at]!] === 1) {
        length++
        at++
        continue
      }
      const written = escapeLength(bytes, at, end)
      if (written === 0) return -1
      length += meaningInto(character, 0, bytes, at, written, end)
      at += written
    }
    await breathe()
  }
  return length
}

/** The parts of a valid JSON string, those that `partsOf` makes of what it means, one at a time: the whole is never held. */
export function* meantParts(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  size: number,
): Generator<{ readonly text: string; readonly last: boolean }, void, undefined> {
  // Where a part may be cut shows in the byte after it, and a character has up to four.
  const held = Buffer.allocUnsafe(size + 4)
  let length = 0
  let at = start
  for (;;) {
    while (at < end && length <= size) {
      const byte = bytes[at]!
      if (byte !== backslash) {
        held[length++] = byte
        at++
        continue
      }
      const written = escapeLength(bytes, at, end)
      length = meaningInto(held, length, bytes, at, written, end)
      at += written
    }
    const last = length <= size
    const cut = last ? length : emergencyCut(held.subarray(0, length), size)
    yield { text: held.toString('utf8', 0, cut), last }
    if (last) return
    held.copyWithin(0, cut, length)
    length -= cut
  }
}
