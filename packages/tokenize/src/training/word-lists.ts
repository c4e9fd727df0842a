// Lists of numbers of words in rising order, as the differences between them, seven bits a byte, low bits first: a pair that is in
// every tenth word takes a byte for each, where an integer would take four.

/** Bytes that a difference takes. */
export function differenceSize(difference: number): number {
  let size = 1
  for (let rest = difference >>> 7; rest > 0; rest >>>= 7) size++
  return size
}

/** Writes a difference and returns where the next one goes. */
export function writeDifference(bytes: Uint8Array, at: number, difference: number): number {
  let to = at
  let rest = difference
  for (; rest > 0x7f; rest >>>= 7) bytes[to++] = (rest & 0x7f) | 0x80
  bytes[to++] = rest
  return to
}
