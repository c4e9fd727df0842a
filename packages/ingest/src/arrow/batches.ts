import { DataError, type Documents } from '@sluice/pipeline'
import { type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { openBytes } from '../bytes/open.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { checkData } from './check.ts'
import { knowCodecs } from './codecs.ts'
import { footerSchema } from './footer.ts'
import { arrowMessages } from './messages.ts'

/** A record batch, or why there is none; undefined for one that was asked to be passed over. */
export type ReadBatch = RecordBatch<any> | { readonly fault: unknown }

/** Bytes that end a stream. */
const endOfStream = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

/**
 * The record batches of a file in order from number `first` on (the first has 0), each decoded by itself: so a damaged one costs
 * no other.
 *
 * @throws DataError where the file ends inside a message, or a message does not tell where it ends
 */
export async function* arrowBatches(
  file: CorpusFile,
  first: number,
): AsyncGenerator<{ number: number; batch: ReadBatch }, void, undefined> {
  knowCodecs()
  const { reader } = await openBytes(file)
  try {
    let schema: Uint8Array | undefined
    const dictionaries = new Map<number, Uint8Array[]>()
    let number = 0
    for await (const message of arrowMessages(reader, file.name)) {
      const { kind, id, delta, head } = message
      if (kind === 'batch' && number < first) {
        await message.skip()
        number++
      } else if (kind === 'other') await message.skip()
      else {
        const bytes = [head, await message.body()]
        if (kind === 'schema') schema = Buffer.concat(bytes)
        else if (kind === 'dictionary') {
          const before = delta ? (dictionaries.get(id) ?? []) : []
          dictionaries.set(id, [...before, ...bytes])
        } else {
          schema ??= await schemaOf(file)
          yield { number: number++, batch: decoded([schema, ...[...dictionaries.values()].flat(), ...bytes]) }
        }
      }
    }
    if (schema === undefined && number === 0) await schemaOf(file)
  } finally {
    await reader.close()
  }
}

function decoded(messages: readonly Uint8Array[]): ReadBatch {
  try {
    const [batch] = RecordBatchReader.from<Documents>(Buffer.concat([...messages, endOfStream]))
    if (batch === undefined) throw new Error('there is no batch in it')
    for (const child of batch.data.children) {
      checkData(child)
      if (child.length < batch.numRows) throw new Error('a column is shorter than its batch')
    }
    return batch
  } catch (fault) {
    return { fault }
  }
}

/** @throws DataError where the footer has none */
async function schemaOf(file: CorpusFile): Promise<Uint8Array> {
  const schema = await footerSchema(file)
  if (schema !== undefined) return schema
  throw new DataError('it has no schema: it is no Arrow IPC file or stream, or a file that was not finished', {
    file: file.name,
    advice: 'Arrow IPC is what Feather version 2 and `pyarrow.ipc` write',
  })
}
