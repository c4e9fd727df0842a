import type { BlockHead, BlockSpace } from './space.ts'

/**
 * Undoes the Burrows-Wheeler transform (M. Burrows and D. J. Wheeler, "A Block-sorting Lossless Data Compression Algorithm",
 * 1994). Following the rows is one wait for memory after another; two blocks at once wait together.
 *
 * @returns the text, valid until the space is used again
 */
export function invert(space: BlockSpace, { length, origin }: BlockHead): Uint8Array<ArrayBuffer> {
  link(space, length)
  const text = space.text.subarray(0, length)
  follow(space.rows, origin, text, 0)
  return text
}

export function invertTwo(
  a: BlockSpace,
  aHead: BlockHead,
  b: BlockSpace,
  bHead: BlockHead,
): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  link(a, aHead.length)
  link(b, bHead.length)
  const aText = a.text.subarray(0, aHead.length)
  const bText = b.text.subarray(0, bHead.length)
  const both = Math.min(aText.length, bText.length)
  const aRows = a.rows
  const bRows = b.rows
  let aRow = aHead.origin
  let bRow = bHead.origin
  for (let i = 0; i < both; i++) {
    const aEntry = aRows[aRow]!
    const bEntry = bRows[bRow]!
    aText[i] = aEntry
    bText[i] = bEntry
    aRow = aEntry >>> 8
    bRow = bEntry >>> 8
  }
  follow(aRows, aRow, aText, both)
  follow(bRows, bRow, bText, both)
  return [aText, bText]
}

function link({ last, counts, rows }: BlockSpace, length: number): void {
  const next = new Int32Array(256)
  for (let byte = 1; byte < 256; byte++) next[byte] = next[byte - 1]! + counts[byte - 1]!
  for (let i = 0; i < length; i++) {
    const byte = last[i]!
    rows[next[byte]!++] = (i << 8) | byte
  }
}

function follow(rows: Uint32Array, origin: number, text: Uint8Array, from: number): void {
  let row = origin
  for (let i = from; i < text.length; i++) {
    const entry = rows[row]!
    text[i] = entry
    row = entry >>> 8
  }
}
