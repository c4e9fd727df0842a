const schemes = ['http://', 'https://', '//', 'ftp://', 'mailto:', 'news:', 'irc://', 'gopher://'].map(scheme =>
  new TextEncoder().encode(scheme),
)

/** Where the address that begins at `from` ends, or -1 if none begins there. */
export function urlEnd(bytes: Uint8Array, from: number, to: number): number {
  if (!schemes.some(scheme => scheme.every((byte, i) => byte === (bytes[from + i]! | (byte >= 0x61 ? 32 : 0)))))
    return -1
  let end = from
  while (end < to && !ends(bytes[end]!)) end++
  return end
}

/** Blanks, and what MediaWiki does not take into an address. */
function ends(byte: number): boolean {
  return (
    byte <= 0x20 ||
    byte === 0x5b ||
    byte === 0x5d ||
    byte === 0x3c ||
    byte === 0x3e ||
    byte === 0x22 ||
    byte === 0x7b ||
    byte === 0x7c ||
    byte === 0x7d
  )
}
