import type { Data, RecordBatch, Utf8 } from 'apache-arrow'

/**
 * The one piece of data of a batch's column, as typed arrays; undefined where there is no such column.
 *
 * Unlike `batch.getChild(name)`: Arrow's `Vector` has functions of its own for each column that is looked at (`this.get = index => …`),
 * and V8 puts functions that are assigned to properties among the old objects at once. What they refer to, the batch's memory, is then
 * freed by a collection of the whole heap only, not by one of young objects.
 */
export function columnOf(batch: RecordBatch, name: string): Data | undefined {
  const place = batch.schema.fields.findIndex(field => field.name === name)
  return place < 0 ? undefined : batch.data.children[place]
}

/** A string of a column of strings; undefined for null, and where there is no column. */
export function stringAt(column: Data<Utf8> | undefined, row: number): string | undefined {
  if (!column || (column.nullCount > 0 && !column.getValid(row))) return undefined
  const { values, valueOffsets } = column
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString(
    'utf8',
    valueOffsets[row],
    valueOffsets[row + 1],
  )
}

/** A value of a column of booleans without nulls. */
export function bitAt(column: Data, row: number): boolean {
  const bit = column.offset + row
  return (((column.values as Uint8Array)[bit >> 3]! >> (bit & 7)) & 1) === 1
}
