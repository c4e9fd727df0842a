import { type Blocks, blocksBatch, type Cursor, type EvaluationSet, type Frame } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
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

/** Frames of such batches as a source gives them, `from` the one after so many. */
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
