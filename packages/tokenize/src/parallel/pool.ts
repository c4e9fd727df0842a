import { crew, SluiceError, type ThreadProgram, threadProgram } from '@sluice/pipeline'
import type { Tokenizer } from '../tokenizer.ts'
import { encodeTexts } from './encode-texts.ts'
import type { EncodedTexts, Utf8Texts } from './messages.ts'
import { sentTokenizer } from './sent-tokenizer.ts'

/** Encodes on several threads. What it gives does not depend on how many there are. */
export interface EncoderPool {
  /** Threads beside the caller's; 0 where the caller's thread does it all. */
  readonly workers: number
  /** Encodes texts. The buffers are transferred, and gone for the caller. @throws SluiceError where a thread ends before it answers */
  encodeUtf8(texts: Utf8Texts): Promise<EncodedTexts>
  /** Ids of each text, in order. */
  encodeBatch(texts: readonly string[]): Promise<Int32Array[]>
  /** Ends the threads; what is under way is rejected. */
  close(): Promise<void>
}

export interface EncoderPoolOptions {
  tokenizer: Tokenizer
  /** Threads beside the caller's. 0: the caller's thread does it all. */
  workers: number
  /** Of the threads; for tests. */
  program?: ThreadProgram
}

/** Bytes of text that `encodeBatch` gives a thread at a time. */
const batchBytes = 1 << 18

/** Starts threads, each with the tokenizer made anew from its tokenizer.json. */
export function encoderPool(options: EncoderPoolOptions): EncoderPool {
  const { tokenizer, workers, program = threadProgram(import.meta.url, './worker') } = options
  if (!Number.isInteger(workers) || workers < 0) {
    throw new RangeError(`workers must be a whole number from 0 on, found ${workers}`)
  }
  if (workers === 0) return callersThread(tokenizer)
  const started = sentTokenizer(tokenizer)
  const encoders = crew({ name: 'a thread that encodes', program, threads: workers, started })
  const encodeUtf8 = async (texts: Utf8Texts): Promise<EncodedTexts> => {
    try {
      return await encoders.ask(() => ({ ask: texts, handOver: [texts.bytes.buffer, texts.offsets.buffer] }))
    } catch (error) {
      if (error instanceof SluiceError) throw error
      throw new SluiceError(`encoding failed in a thread: ${(error as Error).message}`, { cause: error })
    }
  }
  return {
    workers,
    encodeUtf8,
    encodeBatch: texts => encodeBatch(texts, encodeUtf8),
    close: () => encoders.close(),
  }
}

function callersThread(tokenizer: Tokenizer): EncoderPool {
  return {
    workers: 0,
    encodeUtf8: async texts => encodeTexts(tokenizer, texts),
    encodeBatch: async texts => texts.map(text => tokenizer.encode(text)),
    close: async () => {},
  }
}

async function encodeBatch(texts: readonly string[], encode: EncoderPool['encodeUtf8']): Promise<Int32Array[]> {
  const jobs: Promise<Int32Array[]>[] = []
  // Texts are written into one buffer that stays, and a copy of what is full goes: so no room is left over, nor counted beforehand.
  let full = Buffer.allocUnsafeSlow(2 * batchBytes)
  for (let from = 0; from < texts.length; ) {
    const ends = [0]
    let length = 0
    let to = from
    for (; to < texts.length && length < batchBytes; to++) {
      const text = texts[to]!
      // Three bytes a code unit are always enough.
      if (length + text.length * 3 > full.length) {
        if (length > 0) break
        full = Buffer.allocUnsafeSlow(text.length * 3)
      }
      length += full.write(text, length, 'utf8')
      ends.push(length)
    }
    const bytes = new Uint8Array(length)
    bytes.set(full.subarray(0, length))
    const offsets = Int32Array.from(ends)
    const count = to - from
    const job = encode({ bytes, offsets })
    jobs.push(
      job.then(({ ids, offsets }) => Array.from({ length: count }, (_, i) => ids.subarray(offsets[i], offsets[i + 1]))),
    )
    from = to
  }
  return (await Promise.all(jobs)).flat()
}
