import { Worker } from 'node:worker_threads'
import { SluiceError } from '@sluice/pipeline'
import type { Tokenizer } from '../tokenizer.ts'
import { encodeTexts } from './encode-texts.ts'
import { workerEntry } from './entry.ts'
import type { EncodedTexts, EncoderStart, Reply, Utf8Texts } from './messages.ts'

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
  /** Threads beside the caller's. 0, or code that is run from TypeScript sources: the caller's thread does it all. */
  workers: number
  /** Program of the threads; for tests. */
  entry?: URL | undefined
}

/** Bytes of text that `encodeBatch` gives a thread at a time. */
const batchBytes = 1 << 18

/** Starts threads, each with the tokenizer made anew from its tokenizer.json. */
export function encoderPool(options: EncoderPoolOptions): EncoderPool {
  const { tokenizer, workers, entry = workerEntry() } = options
  if (!Number.isInteger(workers) || workers < 0) {
    throw new RangeError(`workers must be a whole number from 0 on, found ${workers}`)
  }
  if (workers === 0 || entry === undefined) return callersThread(tokenizer)
  const workerData: EncoderStart = {
    tokenizer: JSON.stringify(tokenizer.toJSON()),
    endOfText: tokenizer.token(tokenizer.endOfText),
  }
  const threads = Array.from({ length: workers }, () => encoderThread(entry, workerData))
  const encodeUtf8 = (texts: Utf8Texts): Promise<EncodedTexts> =>
    threads.reduce((a, b) => (b.waiting < a.waiting ? b : a)).encode(texts)
  return {
    workers,
    encodeUtf8,
    encodeBatch: texts => encodeBatch(texts, encodeUtf8),
    async close() {
      await Promise.all(threads.map(thread => thread.close()))
    },
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

interface EncoderThread {
  /** Requests not answered yet. */
  readonly waiting: number
  encode(texts: Utf8Texts): Promise<EncodedTexts>
  close(): Promise<void>
}

function encoderThread(entry: URL, workerData: EncoderStart): EncoderThread {
  // Not the process's flags: some, as that of a program given on the command line, suit no thread.
  const worker = new Worker(entry, { workerData, execArgv: [] })
  // A thread with nothing to do does not keep the process alive.
  worker.unref()
  const requests: { resolve(texts: EncodedTexts): void; reject(error: unknown): void }[] = []
  let ended: SluiceError | undefined
  const end = (error: SluiceError): void => {
    ended ??= error
    for (const { reject } of requests.splice(0)) reject(ended)
  }
  worker.on('message', (reply: Reply) => {
    const request = requests.shift()
    if (requests.length === 0) worker.unref()
    if (!('error' in reply)) return request?.resolve(reply)
    const { name, message, stack } = reply.error
    const cause = Object.assign(new Error(message), { name, stack })
    request?.reject(new SluiceError(`encoding failed in a thread: ${message}`, { cause }))
  })
  worker.on('error', cause => end(new SluiceError(`a thread that encodes failed: ${cause.message}`, { cause })))
  worker.on('exit', code => end(new SluiceError(`a thread that encodes ended with exit code ${code}`)))
  return {
    get waiting() {
      return requests.length
    },
    encode(texts) {
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        requests.push({ resolve, reject })
        worker.ref()
        worker.postMessage(texts, [texts.bytes.buffer, texts.offsets.buffer])
      })
    },
    async close() {
      end(new SluiceError('the threads that encode have been closed'))
      await worker.terminate()
    },
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
