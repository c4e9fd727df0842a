import { setImmediate } from 'node:timers/promises'
import type { ByteReader } from '../bytes/reader.ts'
import { blocksOf, type DecodeBlocks } from './blocks.ts'
import { wrongChecksum } from './chain.ts'
import { piecesOfContent } from './content.ts'
import { blockDecoder } from './decoder.ts'

/**
 * What a bzip2 file holds, all its streams one after the other. Decoded on this thread, some 20 ms at a time.
 *
 * Everything that could be unpacked is given out before an error is.
 *
 * @throws DataError for a file that ends inside a stream or is damaged
 */
export function bunzip2Reader(input: ByteReader, file: string): ByteReader {
  const pieces = contents(input, file)
  let piece = new Uint8Array(0)
  return {
    async read(into) {
      while (piece.length === 0) {
        const next = await pieces.next()
        if (next.done) return 0
        piece = next.value
      }
      const count = Math.min(into.length, piece.length)
      into.set(piece.subarray(0, count))
      piece = piece.subarray(count)
      return count
    },
    async close() {
      await pieces.return()
      await input.close()
    },
  }
}

async function* contents(input: ByteReader, file: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const decode = decodeHere()
  for await (const block of blocksOf(input, { file, decode, parallel: 1 })) {
    const right = yield* piecesOfContent(block.content, block.crc)
    if (!right) throw wrongChecksum(file, block.bit)
  }
}

/** Decodes on this thread, and lets others have it in between. */
export function decodeHere(): DecodeBlocks {
  const decoder = blockDecoder()
  return async (blocks, spare) => {
    const steps = decoder(blocks, spare)
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      await setImmediate()
    }
  }
}
