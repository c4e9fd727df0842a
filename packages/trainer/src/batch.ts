import { type Blocks, columnOf } from '@sluice/pipeline'
import { ignoredLabel, type Model, type TrainingBatch } from '@sluice/transformer'
import type { FixedSizeList, RecordBatch } from 'apache-arrow'
import type { DocumentName } from './bad-step.ts'

/** Rows of T + 1 ids, as models take them: views into the batch, rows * width each. */
export interface BlockRows extends TrainingBatch {
  /** T + 1 */
  readonly width: number
}

/** What a model is told of the documents that lie packed in one row. */
export interface PackingOptions {
  /** Whether tokens see those of their own document only. Default: false, as GPT-2 was trained. */
  isolate?: boolean | undefined
  /** Whether positions begin anew with each document. Default: false. */
  restart?: boolean | undefined
}

export function blockRows(batch: RecordBatch<Blocks>, { isolate, restart }: PackingOptions = {}): BlockRows {
  const view = (name: string): Int32Array | undefined => {
    const data = columnOf(batch, name)
    if (!data) return undefined
    const { listSize } = data.type as FixedSizeList
    return (data.children[0]!.values as Int32Array).subarray(0, batch.numRows * listSize)
  }
  const ids = view('ids') ?? new Int32Array(0)
  return {
    ids,
    rows: batch.numRows,
    width: batch.numRows === 0 ? 0 : ids.length / batch.numRows,
    segments: isolate ? view('segments') : undefined,
    positions: restart ? view('positions') : undefined,
    labels: view('labels'),
  }
}

/** How many tokens of these rows the loss is the mean of. */
export function countTargets({ rows, width, labels }: BlockRows, predicts: Model['predicts']): number {
  if (!labels) return rows * (width - 1)
  const [from, to] = predicts === 'next' ? [1, width] : [0, width - 1]
  let count = 0
  for (let i = 0; i < labels.length; i++) {
    const column = i % width
    if (column >= from && column < to && labels[i] !== ignoredLabel) count++
  }
  return count
}

/** Every document that the batches' blocks come from, each once, in order. */
export function documentsOf(batches: readonly RecordBatch<Blocks>[]): DocumentName[] {
  const documents = new Map<string, DocumentName>()
  for (const batch of batches) {
    const column = batch.getChild('spans')
    for (let row = 0; row < batch.numRows; row++) {
      for (const span of column?.get(row) ?? []) {
        if (!span) continue
        const { doc_id, source } = span
        documents.set(JSON.stringify([source, doc_id]), { doc_id, source })
      }
    }
  }
  return [...documents.values()]
}
