import type { Data, RecordBatch } from 'apache-arrow'

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
