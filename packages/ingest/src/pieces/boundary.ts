/**
 * Where text may be cut: after a line feed only (records), after any line end, after a blank line, or nowhere.
 */
export type Boundary = 'record' | 'line' | 'paragraph' | 'none'

const LF = 0x0a
const CR = 0x0d

/**
 * The last boundary in `bytes` that lies after `after` and not after `before`, as the number of bytes before the cut; 0 where
 * there is none. `before < bytes.length` says that bytes follow; a CR at the very end is no line end unless it is known not to
 * be half of CR LF.
 */
export function lastBoundary(bytes: Buffer, kind: Boundary, after: number, before: number): number {
  if (kind === 'none') return 0
  const feed = lastIndexOf(bytes, LF, after, before)
  if (kind === 'record') return feed + 1
  if (kind === 'line') return feed >= 0 ? feed + 1 : lastReturn(bytes, after, before) + 1
  return lastBlankLine(bytes, after, before)
}

/** The cut for text that holds no boundary: the last line end, else the last space, else the last whole character. */
export function emergencyCut(bytes: Buffer, before: number): number {
  const line = lastBoundary(bytes, 'line', 0, before)
  if (line > 0) return line
  const space = Math.max(lastIndexOf(bytes, 0x20, 0, before), lastIndexOf(bytes, 0x09, 0, before))
  if (space > 0) return space + 1
  let cut = before
  // A byte 10xxxxxx continues a character; four of them on end are no UTF-8, and then any place is as good.
  for (let back = 0; back < 3 && cut > 1 && (bytes[cut]! & 0xc0) === 0x80; back++) cut--
  return cut > 1 && bytes[cut - 1] === CR ? cut - 1 : cut
}

/** Index of the last `byte` with after <= index < before, else -1. */
function lastIndexOf(bytes: Buffer, byte: number, after: number, before: number): number {
  if (before <= after) return -1
  const found = bytes.subarray(after, before).lastIndexOf(byte)
  return found < 0 ? -1 : after + found
}

/** The last CR that is not followed by LF, nor by what is not known yet. */
function lastReturn(bytes: Buffer, after: number, before: number): number {
  const found = lastIndexOf(bytes, CR, after, before)
  if (found < 0 || (found + 1 < bytes.length && bytes[found + 1] !== LF)) return found
  return lastIndexOf(bytes, CR, after, found)
}

function lastBlankLine(bytes: Buffer, after: number, before: number): number {
  for (let end = before - 1; end >= after; end--) {
    const byte = bytes[end]
    if (byte !== LF && !(byte === CR && end + 1 < bytes.length && bytes[end + 1] !== LF)) continue
    let i = end - 1
    if (byte === LF && bytes[i] === CR) i--
    while (i >= 0 && (bytes[i] === 0x20 || bytes[i] === 0x09)) i--
    if (i >= 0 && (bytes[i] === LF || bytes[i] === CR)) return end + 1
    // All up to i is blank and no line end: go on from there.
    end = Math.min(end, i + 1)
  }
  return 0
}
