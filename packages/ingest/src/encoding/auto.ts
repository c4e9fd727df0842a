import { isAscii } from 'node:buffer'
import type { PeekReader } from '../bytes/peek.ts'
import type { ByteReader } from '../bytes/reader.ts'
import { encodingSample, guessEncoding } from './guess.ts'
import { windows1252Reader } from './windows1252.ts'

export interface AutoReader extends ByteReader {
  /** As decided so far; undefined while all that was read is ASCII, which is the same in either. */
  encoding(): 'utf-8' | 'windows-1252' | undefined
}

/**
 * UTF-8 out of UTF-8 or Windows-1252. The choice falls at the first byte that is not ASCII, from that byte and the 64 KiB
 * after it, once for the whole file: a book that is plain ASCII for a megabyte before its first accent is still read rightly.
 */
export function autoReader(input: PeekReader, decided?: 'utf-8'): AutoReader {
  let encoding: 'utf-8' | 'windows-1252' | undefined = decided
  // Once UTF-8 is decided, bytes pass through as they are.
  let after: ByteReader = input
  return {
    encoding: () => encoding,
    async read(into) {
      if (encoding !== undefined) return after.read(into)
      const sample = await input.peek(Math.max(1, Math.min(into.length, encodingSample)))
      // The end, or the fault that ended the sample.
      if (sample.length === 0) return input.read(into)
      const ascii = asciiLength(sample)
      if (ascii > 0) return input.read(into.subarray(0, ascii))
      const following = await input.peek(encodingSample)
      encoding = guessEncoding(following, following.length < encodingSample)
      if (encoding === 'windows-1252') after = windows1252Reader(input)
      return after.read(into)
    },
    close: () => input.close(),
  }
}

function asciiLength(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.length
  let length = 0
  while (bytes[length]! < 0x80) length++
  return length
}
