/** So far a cut is moved forward to the end of a line or of a word. */
const reach = 4096

/**
 * Where the last `share` of `bytes[at … end)` begins: after the first line end from there on, else after the first white
 * space, else at the next character, looking at most 4 KiB ahead. A last line that is longer than the share is cut within: the tail
 * is not empty.
 */
export function tailStart(bytes: Uint8Array, at: number, end: number, share: number): number {
  let cut = at + Math.ceil((end - at) * (1 - share))
  if (cut <= at || cut >= end) return Math.max(at, Math.min(cut, end))
  while (cut < end && (bytes[cut]! & 0xc0) === 0x80) cut++
  if (cut >= end) return end
  // What ends the text is no place to cut at: nothing would follow.
  const limit = Math.min(end - 1, cut + reach)
  // A cut that falls right behind a line end is good as it is.
  if (bytes[cut - 1] === 0x0a) return cut
  let space = -1
  for (let i = cut; i < limit; i++) {
    if (bytes[i] === 0x0a) return i + 1
    if (space < 0 && bytes[i] === 0x20) space = i
  }
  return space >= 0 ? space : cut
}
