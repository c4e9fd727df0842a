import { isUtf8 } from 'node:buffer'
import type { Piece } from './pieces.ts'

/** Told once per file: bytes that are not UTF-8, which the text shows as U+FFFD. */
export type OnBroken = (byte: number) => void

/** The piece as a string, without the byte order mark at the file's beginning. */
export function decodePiece(piece: Piece, onBroken: OnBroken): string {
  const { bytes, start } = piece
  if (!isUtf8(bytes)) onBroken(start + firstBroken(bytes))
  const text = bytes.toString('utf8')
  return start === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Index of the first byte that does not continue valid UTF-8, by halving. */
function firstBroken(bytes: Buffer): number {
  let low = 0
  let high = bytes.length
  while (high - low > 1) {
    let middle = (low + high) >> 1
    while (middle > low + 1 && (bytes[middle]! & 0xc0) === 0x80) middle--
    if (isUtf8(bytes.subarray(low, middle))) low = middle
    else high = middle
    if (middle === low + 1 && high === middle) break
  }
  return low
}
