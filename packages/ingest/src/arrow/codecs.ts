import { CompressionType, compressionRegistry } from 'apache-arrow'
import { decompress } from 'fzstd'
import { maxBody } from './header.ts'
import { unpackLz4 } from './lz4.ts'

let known = false

/** Tells Arrow's reader how buffers are unpacked. It has nothing of its own for that, and one table for the whole process. */
export function knowCodecs(): void {
  if (known) return
  known = true
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: data => unpackLz4(data, room(data)) })
  compressionRegistry.set(CompressionType.ZSTD, {
    decode(data) {
      const into = room(data)
      if (decompress(data, into).length !== into.length) throw new Error('a buffer is shorter than it says')
      return into
    },
  })
}

/** Room for what a buffer unpacks to. Its length stands in the eight bytes before it (Message.fbs, BodyCompression). */
function room(data: Uint8Array): Uint8Array {
  const length = Number(new DataView(data.buffer, data.byteOffset - 8, 8).getBigInt64(0, true))
  if (length < 0 || length > maxBody) throw new Error(`a buffer cannot have ${length} bytes`)
  return new Uint8Array(length)
}
