import { DataError } from '@sluice/pipeline'
import { type ByteReader, skipBytes } from '../bytes/reader.ts'
import { type Header, headerOf } from './header.ts'

/** Bytes of a message's metadata over which it is not believed. */
const maxMetadata = 16 * 1024 * 1024

/** One message, as it stands in the file. */
export interface ArrowMessage extends Header {
  /** Prefix and metadata. */
  readonly head: Uint8Array
  /** Reads the body; undefined where the caller passes it over. Call one of the two before the next message is asked for. */
  body(): Promise<Uint8Array>
  skip(): Promise<void>
}

/**
 * The messages of an Arrow IPC stream or file, from its first byte on. A file is a stream in a wrapping, and is read as one: so a
 * packed file can be read, and one that is cut short as far as it goes.
 *
 * @throws DataError where it ends inside a message or a message is damaged
 */
export async function* arrowMessages(reader: ByteReader, file: string): AsyncGenerator<ArrowMessage, void, undefined> {
  let at = 0
  const fault = (message: string, cause?: unknown): DataError =>
    new DataError(message, {
      file,
      place: `byte ${at}`,
      advice: 'fetch or write the file again',
      ...(cause === undefined ? {} : { cause }),
    })

  /** Grows with what comes, so that a length that lies does not fill the memory. */
  async function take(count: number, mayEnd = false): Promise<Uint8Array | undefined> {
    let bytes = new Uint8Array(Math.min(count, 1024 * 1024))
    let had = 0
    while (had < count) {
      if (had === bytes.length) {
        const larger = new Uint8Array(Math.min(count, 4 * had))
        larger.set(bytes)
        bytes = larger
      }
      const read = await reader.read(bytes.subarray(had))
      if (read === 0 && had === 0 && mayEnd) return undefined
      if (read === 0) throw fault('it is cut short: it ends inside a message')
      had += read
      at += read
    }
    return bytes
  }

  let first = await take(4, true)
  if (first === undefined) return
  if (Buffer.from(first).toString('latin1') === 'ARRO') {
    const rest = Buffer.from((await take(4))!).toString('latin1')
    if (!rest.startsWith('W1')) throw fault('it is no Arrow IPC file or stream')
    first = (await take(4))!
  }
  for (let messages = 0; ; messages++) {
    const word: Uint8Array | undefined = messages === 0 ? first : await take(4, true)
    if (word === undefined) return
    // Before Arrow 0.15 the length came without the mark that a message begins.
    const marked = int32(word) === -1
    const prefix: Uint8Array = marked ? Buffer.concat([word, (await take(4))!]) : word
    const length = int32(prefix.subarray(prefix.length - 4))
    if (length === 0) return
    if (length < 0 || length > maxMetadata) {
      throw fault(
        messages === 0 ? 'it is no Arrow IPC file or stream' : `a message cannot have ${length} bytes of metadata`,
      )
    }
    const metadata: Uint8Array = (await take(length))!
    let header: Header
    try {
      header = headerOf(metadata)
    } catch (cause) {
      if (messages === 0 && !marked) throw fault('it is no Arrow IPC file or stream', cause)
      throw fault(`a message is damaged (${(cause as Error).message})`, cause)
    }
    yield {
      ...header,
      head: Buffer.concat([prefix, metadata]),
      body: async () => (await take(header.bodyLength))!,
      async skip() {
        const skipped = await skipBytes(reader, header.bodyLength)
        at += skipped
        if (skipped < header.bodyLength) throw fault('it is cut short: it ends inside a message')
      },
    }
  }
}

const int32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true)
