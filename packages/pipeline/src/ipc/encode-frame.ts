import type { Frame } from '../contract/frame.ts'
import { FrameWriter } from './frame-writer.ts'

/**
 * A frame as an Arrow IPC stream of one record batch, in memory of its own: ready to be transferred to another thread. Of a slice,
 * its own rows only.
 */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const pieces = new FrameWriter(frame.batch.schema).pieces(frame)
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
