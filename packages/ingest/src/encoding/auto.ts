import { isAscii } from 'node:buffer'
import { DataError } from '@sluice/pipeline'
import type { PeekReader } from '../bytes/peek.ts'
import type { ByteReader } from '../bytes/reader.ts'
import { encodingSample, guessEncoding, isWestern } from './guess.ts'
import { windows1252Reader } from './windows1252.ts'

export interface AutoReader extends ByteReader {
  /** As decided so far; undefined while all that was read is ASCII, which is the same in either. */
  encoding(): 'utf-8' | 'windows-1252' | undefined
}

/**
 * UTF-8 out of UTF-8 or Windows-1252. The choice falls at the first byte that is not ASCII, from that byte and the 64 KiB
 * after it, once for the whole file: a book that is plain ASCII for a megabyte before its first accent is still read rightly.
 *
 * Its `read` fails with a DataError where the text is neither: what would come out is letters, and no language.
 */
export function autoReader(input: PeekReader, options: { decided?: 'utf-8' | undefined; file: string }): AutoReader {
  let encoding: 'utf-8' | 'windows-1252' | undefined = options.decided
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
      const guess = guessEncoding(following, following.length < encodingSample)
      if (guess === 'windows-1252') {
        if (!isWestern(following)) throw otherEncoding(options.file)
        after = windows1252Reader(input)
      }
      encoding = guess
      return after.read(into)
    },
    close: () => input.close(),
  }
}

function otherEncoding(file: string): DataError {
  return new DataError('it is neither UTF-8 nor Windows-1252, whose letters are mostly those of ASCII', {
    file,
    advice: 'set "encoding" to what it is: "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251", …',
  })
}

function asciiLength(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.length
  let length = 0
  while (bytes[length]! < 0x80) length++
  return length
}
