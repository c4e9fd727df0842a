/** Bytes of a file's beginning that tell byte order marks, UTF-16 without one, and binary data. */
export const headSample = 64 * 1024

export type HeadVerdict =
  /** A byte order mark, or UTF-16 that shows without one. */
  | { readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' }
  /** Not text that can be read; `why` continues "looks". */
  | { readonly unreadable: string }
  /** Text whose encoding shows later. */
  | 'open'

/** Judges the first bytes of a file, unpacked. */
export function judgeHead(head: Uint8Array): HeadVerdict {
  const [a, b, c, d] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8' }
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    return { unreadable: 'like UTF-32, which hardly anything writes' }
  }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le' }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be' }
  let nulEven = 0
  let nulOdd = 0
  let controls = 0
  for (let i = 0; i < head.length; i++) {
    const byte = head[i]!
    if (byte === 0) {
      if (i % 2 === 0) nulEven++
      else nulOdd++
    } else if (byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1a && byte !== 0x1b) controls++
  }
  // Western text in UTF-16 has a NUL for nearly every other byte, and always on the same side.
  const pairs = head.length / 2
  if (controls < 0.01 * head.length && head.length >= 4) {
    if (nulOdd > 0.7 * pairs && nulEven < 0.01 * pairs) return { encoding: 'utf-16le' }
    if (nulEven > 0.7 * pairs && nulOdd < 0.01 * pairs) return { encoding: 'utf-16be' }
  }
  const nul = nulEven + nulOdd
  if (nul > 0.01 * head.length) return { unreadable: `binary: ${nul} of its first ${head.length} bytes are NUL` }
  if (controls > 0.05 * head.length) {
    return { unreadable: `binary: ${controls} of its first ${head.length} bytes are control characters` }
  }
  return 'open'
}
