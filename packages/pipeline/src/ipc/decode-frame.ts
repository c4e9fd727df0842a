import { MessageHeader, RecordBatchReader } from 'apache-arrow'
import { Message } from 'apache-arrow/fb/message'
import { ByteBuffer } from 'flatbuffers'
import type { Cursor, Frame } from '../contract/frame.ts'
import { DataError } from '../errors.ts'
import { cursorKey, seqKey } from './frame-writer.ts'

/**
 * The frame of an Arrow IPC stream that holds one record batch (see `encodeFrame`). Its columns are views of `bytes`, which must
 * be trusted: they come from a thread of this process, or were checked before.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const [batch] = RecordBatchReader.from(bytes)
  if (!batch) throw new DataError('expected an Arrow IPC stream of one record batch, found none')
  return { batch, ...positionOf(bytes) }
}

/** Cursor and seq of the first record batch of a stream; what another engine wrote has none: `{}` and 0. */
function positionOf(bytes: Uint8Array): { cursor: Cursor; seq: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getInt32(at + 4, true)
    const message = Message.getRootAsMessage(new ByteBuffer(bytes.subarray(at + 8, at + 8 + length)))
    if ((message.headerType() as number) === MessageHeader.RecordBatch) {
      const entries = Array.from({ length: message.customMetadataLength() }, (_, i) => message.customMetadata(i)!)
      const value = (key: string) => entries.find(entry => entry.key() === key)?.value() ?? undefined
      return { cursor: JSON.parse(value(cursorKey) ?? '{}'), seq: Number(value(seqKey) ?? 0) }
    }
    at += 8 + length + Number(message.bodyLength())
  }
  return { cursor: {}, seq: 0 }
}
