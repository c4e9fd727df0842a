import { type Documents, documentsSchema, requireFields } from '@sluice/pipeline'
import { type Data, type RecordBatch, Schema, type Utf8 } from 'apache-arrow'

/** The columns without which nothing can be judged. */
const needed = new Schema(
  documentsSchema.fields.filter(({ name }) => ['id', 'text', 'source', 'part', 'last'].includes(name)),
)

/** @throws SchemaError naming the stage and the column */
export function requireDocuments(stage: string, input: Schema): void {
  requireFields(stage, input, needed)
}

/** The one piece of data of a batch's column; undefined where there is no such column. */
export function columnOf(batch: RecordBatch, name: keyof Documents): Data | undefined {
  const place = batch.schema.fields.findIndex(field => field.name === name)
  return place < 0 ? undefined : batch.data.children[place]
}

/** A string of a column of strings; undefined for null. */
export function stringAt(column: Data<Utf8> | undefined, row: number): string | undefined {
  if (!column || (column.nullCount > 0 && !column.getValid(row))) return undefined
  const { values, valueOffsets } = column
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString(
    'utf8',
    valueOffsets[row],
    valueOffsets[row + 1],
  )
}

export function bitAt(column: Data, row: number): boolean {
  const bit = column.offset + row
  return (((column.values as Uint8Array)[bit >> 3]! >> (bit & 7)) & 1) === 1
}
