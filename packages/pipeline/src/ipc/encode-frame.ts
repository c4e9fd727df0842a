import type { Frame } from '../contract/frame.ts'
import { FrameWriter } from './frame-writer.ts'

/**
 * A frame as an Arrow IPC stream of one record batch, in memory of its own: ready to be transferred to another thread. Of a slice,
 * its own rows only.
 *
 * @param room memory that may be written over. Taken where it is large enough
 */
export function encodeFrame(frame: Frame, room?: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const pieces = new FrameWriter(frame.batch.schema).pieces(frame)
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const bytes = room && room.byteLength >= size ? new Uint8Array(room, 0, size) : new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
