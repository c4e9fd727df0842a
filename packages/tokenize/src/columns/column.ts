import { columnOf as columnIn } from '@sluice/pipeline'
import type { Data, RecordBatch, TypeMap } from 'apache-arrow'

/** The one piece of data of a column that a batch's schema has; there is one even where the batch has no rows. */
export function columnOf<T extends TypeMap>(batch: RecordBatch<T>, name: keyof T & string): Data {
  return columnIn(batch, name)!
}
