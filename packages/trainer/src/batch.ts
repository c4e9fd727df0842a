import type { Blocks } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'

/** Rows of T + 1 ids, as models take them. */
export interface BlockRows {
  /** rows * width, a view into the batch */
  readonly ids: Int32Array
  readonly rows: number
  /** T + 1 */
  readonly width: number
}

export function blockRows(batch: RecordBatch<Blocks>): BlockRows {
  const data = batch.getChild('ids')?.data[0]
  if (!data) return { ids: new Int32Array(0), rows: 0, width: 0 }
  const width = data.type.listSize
  const values = data.children[0]!.values as Int32Array
  return { ids: values.subarray(0, batch.numRows * width), rows: batch.numRows, width }
}

/** `source/id` of every document that the batch's blocks come from, each once, in order. */
export function documentsOf(batch: RecordBatch<Blocks>): string[] {
  const documents = new Set<string>()
  const column = batch.getChild('spans')
  for (let row = 0; row < batch.numRows; row++) {
    for (const span of column?.get(row) ?? []) if (span) documents.add(`${span.source}/${span.doc_id}`)
  }
  return [...documents]
}
