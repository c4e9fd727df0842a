/** How a file is packed, told from its first bytes: names lie (`.gz` that a server has unpacked, `.txt` that is a gzip). */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'zstd' | 'xz' | 'zip'

/** Bytes that `compressionOf` wants to see. */
export const compressionHead = 10

// gzip: RFC 1952 2.3.1, with the only method there is. bzip2: "BZh", level, then the digits of pi that start a block or the
// digits of its square root that end an empty file. zstd: RFC 8878 3.1.1. xz and zip: their file format documents.
// In hexadecimal.
const magics: readonly (readonly [Compression, RegExp])[] = [
  ['gzip', /^1f8b08/],
  ['bzip2', /^425a683[1-9](314159265359|177245385090)/],
  ['zstd', /^(28b52ffd|5[0-9a-f]2a4d18)/],
  ['xz', /^fd377a585a00/],
  ['zip', /^504b0304/],
]

export function compressionOf(head: Uint8Array): Compression {
  const hex = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, compressionHead)).toString('hex')
  return magics.find(([, magic]) => magic.test(hex))?.[0] ?? 'none'
}
