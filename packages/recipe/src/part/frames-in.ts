import { arrowMessages } from '@sluice/ingest'
import { DataError, decodeFrame, type Frame, type Source } from '@sluice/pipeline'
import { RecordBatchReader, type Schema } from 'apache-arrow'

/** Frames of an Arrow IPC stream, and where those it gave stood with the one that wrote them. */
export interface FramesIn {
  readonly source: Source
  /** The `seq` that a frame had; this run numbers them anew. */
  seqOf(own: number): number
}

/**
 * A source that reads an Arrow IPC stream: of `pipeline stage`, or of any other engine, whose batches then have no cursor.
 *
 * @throws DataError where it is none, is cut short, or has what frames have not (dictionaries)
 */
export async function framesIn(input: AsyncIterable<Uint8Array>, name: string): Promise<FramesIn> {
  const messages = arrowMessages(readerOf(input), name)
  const first = await messages.next()
  if (first.done) throw new DataError('expected an Arrow IPC stream, found nothing', { file: name })
  if (first.value.kind !== 'schema') throw new DataError('begins with no schema', { file: name })
  const head = first.value.head
  const seqs = new Map<number, number>()
  let known = 0

  async function* read(): AsyncGenerator<Frame> {
    let number = 0
    for await (const message of { [Symbol.asyncIterator]: () => messages }) {
      const place = `record batch ${++number}`
      if (message.kind === 'dictionary') {
        throw new DataError('has a dictionary', { file: name, place, advice: 'write plain columns' })
      }
      const body = await message.body()
      const frame = decoded(Buffer.concat([head, message.head, body]), name, place)
      seqs.set(number, frame.seq)
      yield frame
    }
  }
  return {
    source: { id: 'stdin', schema: schemaOf(head, name), replayable: false, read },
    seqOf(own) {
      for (; known < own; known++) if (known + 1 < own) seqs.delete(known + 1)
      return seqs.get(own) ?? 0
    },
  }
}

function schemaOf(head: Uint8Array, file: string): Schema {
  const end = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
  const reader = RecordBatchReader.from(Buffer.concat([head, end])).open()
  if (!reader.schema) throw new DataError('begins with no schema', { file })
  return reader.schema
}

function decoded(bytes: Uint8Array, file: string, place: string): Frame {
  try {
    return decodeFrame(bytes)
  } catch (cause) {
    throw new DataError(`cannot be read: ${(cause as Error).message}`, { file, place, cause })
  }
}

/** Bytes as they come, filled into what is asked for. */
function readerOf(input: AsyncIterable<Uint8Array>) {
  const chunks = input[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  return {
    async read(into: Uint8Array): Promise<number> {
      while (rest.length === 0) {
        const next = await chunks.next()
        if (next.done) return 0
        rest = next.value
      }
      const count = Math.min(rest.length, into.length)
      into.set(rest.subarray(0, count))
      rest = rest.subarray(count)
      return count
    },
    async close() {
      await chunks.return?.()
    },
  }
}
