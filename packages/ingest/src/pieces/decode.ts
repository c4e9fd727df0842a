import { isUtf8 } from 'node:buffer'
import { sequenceLength } from '../encoding/guess.ts'
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

/** Index of the first byte that belongs to no valid sequence. */
export function firstBroken(bytes: Buffer): number {
  let at = 0
  for (let length = sequenceLength(bytes, 0); length > 0; length = sequenceLength(bytes, at)) at += length
  return at
}
