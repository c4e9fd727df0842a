import {
  type Blocks,
  blocksBatch,
  type Cursor,
  type EvaluationSet,
  type Frame,
  int32BlockColumn,
} from '@sluice/pipeline'
import { Field, type FixedSizeList, type Int32, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { blockRows } from '../batch.ts'

/** Rows that count upwards from different starts: something to learn, and every batch another one. */
export function countingBatch({
  index,
  rows = 2,
  width = 9,
  vocabSize = 13,
}: {
  index: number
  rows?: number
  width?: number
  vocabSize?: number
}): RecordBatch<Blocks> {
  const ids = new Int32Array(rows * width)
  for (let i = 0; i < ids.length; i++) ids[i] = (index * 5 + Math.floor(i / width) * 3 + (i % width)) % vocabSize
  const spans = Array.from({ length: rows }, (_, row) => ({
    doc_id: `${index}-${row}`,
    source: 'counting',
    start: 0,
    length: width,
    bytes: width,
  }))
  return blocksBatch({ width, ids, spans, spanOffsets: Int32Array.from({ length: rows + 1 }, (_, row) => row) })
}

/** Rows of these ids, with the labels that masked models learn from where there are some. */
export function labelledBatch({ ids, labels, rows }: { ids: number[]; labels?: number[]; rows: number }) {
  const blocks = blocksBatch({ width: ids.length / rows, ids: Int32Array.from(ids) })
  if (!labels) return blocks
  const type = blocks.schema.fields[0]!.type as FixedSizeList<Int32>
  const schema = new Schema([...blocks.schema.fields, new Field('labels', type, false)])
  const children = [...blocks.data.children, int32BlockColumn(type, Int32Array.from(labels))]
  const data = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children })
  return new RecordBatch(schema, data) as RecordBatch as RecordBatch<Blocks>
}

/** Frames of counting batches as a source gives them, `from` the one after so many. */
export function countingFrames(
  count: number,
  { from = 0, ...shape }: { from?: number; rows?: number; width?: number } = {},
) {
  return Array.from({ length: count - from }, (_, i): Frame<Blocks> => {
    const index = from + i
    const cursor: Cursor = { counting: index + 1 }
    return { batch: countingBatch({ index, ...shape }), cursor, seq: i + 1 }
  })
}

export function evaluationSet(batches: readonly RecordBatch<Blocks>[]): EvaluationSet {
  const width = blockRows(batches[0]!).width
  const tokens = batches.reduce((sum, batch) => sum + batch.numRows * (width - 1), 0)
  return { blocks: batches, tokens, bytes: 3 * tokens, baselines: { uniform: 3, unigram: 2.5, bigram: 2 } }
}
