/**
 * The length of a gzip member's header (RFC 1952 2.3) at the start of `bytes`; 0 where they end within it, -1 where there is none.
 */
export function gzipHeaderLength(bytes: Buffer): number {
  if (bytes.length < 10) return startsLikeGzip(bytes) ? 0 : -1
  if (!startsLikeGzip(bytes)) return -1
  const flags = bytes[3]!
  let at = 10
  if (flags & 4) {
    if (bytes.length < at + 2) return 0
    at += 2 + bytes.readUInt16LE(at)
  }
  // The original name and a comment, both ending in a NUL.
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return 0
    at = end + 1
  }
  if (flags & 2) at += 2
  return at <= bytes.length ? at : 0
}

/** Magic, the one method there is, and no reserved flag: as far as there are bytes. */
export function startsLikeGzip(bytes: Buffer): boolean {
  const expected = [0x1f, 0x8b, 0x08]
  for (let i = 0; i < Math.min(3, bytes.length); i++) if (bytes[i] !== expected[i]) return false
  return bytes.length < 4 || (bytes[3]! & 0xe0) === 0
}
