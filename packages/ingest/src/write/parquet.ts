import type { Documents } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { columnsOf, isLast, timeOf, valueBytes } from './columns.ts'
import type { Output } from './output.ts'
import type { DocumentWriter } from './writer.ts'

/** Bytes of rows in a row group. Compressing one takes a single turn of the event loop: this much stays well under 50 ms. */
const groupBytes = 4 * 1024 * 1024

const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const schema: SchemaElement[] = [
  { name: 'schema', num_children: 9 },
  { name: 'id', repetition_type: 'REQUIRED', ...utf8 },
  { name: 'text', repetition_type: 'REQUIRED', ...utf8 },
  { name: 'source', repetition_type: 'REQUIRED', ...utf8 },
  { name: 'part', repetition_type: 'REQUIRED', type: 'INT32' },
  { name: 'last', repetition_type: 'REQUIRED', type: 'BOOLEAN' },
  { name: 'url', repetition_type: 'OPTIONAL', ...utf8 },
  { name: 'created', repetition_type: 'OPTIONAL', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  { name: 'lang', repetition_type: 'OPTIONAL', ...utf8 },
  { name: 'metadata', repetition_type: 'OPTIONAL', ...utf8 },
]

type Column = unknown[]

/** Parquet in the schema of documents, a row group every few megabytes, so that memory does not grow with the file. */
export function parquetWriter(output: Output, codec: 'SNAPPY' | 'UNCOMPRESSED'): DocumentWriter {
  const bytes = new ByteWriter(groupBytes)
  const writer = new ParquetWriter({ writer: bytes, schema, codec, statistics: false, createdBy: 'sluice' })
  let columns: Column[] = schema.slice(1).map(() => [])
  let held = 0

  /** Passes on what the library has put into its buffer. */
  async function drain(): Promise<void> {
    const written = bytes.getBytes().slice()
    bytes.index = 0
    await output.write(written)
  }

  async function group(): Promise<void> {
    const columnData = columns.map((data, i) => ({
      name: schema[i + 1]!.name,
      data,
      // A dictionary of what is nearly always different would be built to be thrown away.
      ...(i < 2 ? { encoding: 'PLAIN' as const } : {}),
    }))
    columns = columns.map(() => [])
    held = 0
    writer.write({ columnData, rowGroupSize: Number.MAX_SAFE_INTEGER })
    await drain()
  }

  async function add(batch: RecordBatch<Documents>): Promise<void> {
    const { id, text, source, part, last, url, created, lang, metadata } = columnsOf(batch)
    for (let row = 0; row < batch.numRows; row++) {
      const milliseconds = timeOf(created, row)
      const values = [
        valueBytes(id, row),
        valueBytes(text, row),
        string(valueBytes(source, row)),
        part.values[row],
        isLast(last, row),
        string(valueBytes(url, row)),
        milliseconds === undefined ? undefined : BigInt(milliseconds),
        string(valueBytes(lang, row)),
        valueBytes(metadata, row),
      ]
      for (const [i, value] of values.entries()) columns[i]!.push(value)
      held += (values[1] as Uint8Array).length + ((values[8] as Uint8Array | undefined) ?? []).length + 64
      if (held >= groupBytes) await group()
    }
  }

  return {
    write: add,
    async end() {
      if (columns[0]!.length > 0) await group()
      writer.finish()
      await drain()
    },
  }
}

/** For columns of few values: a dictionary tells strings apart faster than bytes. */
function string(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
