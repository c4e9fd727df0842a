import type { Data, RecordBatch, TypeMap } from 'apache-arrow'

/** The one piece of data of a batch's column; there is one even where the batch has no rows. */
export function columnOf<T extends TypeMap>(batch: RecordBatch<T>, name: keyof T & string): Data {
  return batch.data.children[batch.schema.fields.findIndex(field => field.name === name)]!
}
