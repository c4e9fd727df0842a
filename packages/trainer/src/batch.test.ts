import { type Blocks, blocksBatch } from '@sluice/pipeline'
import { type RecordBatch, RecordBatchReader, RecordBatchStreamWriter } from 'apache-arrow'
import { expect, it } from 'vitest'
import { blockRows, documentsOf } from './batch.ts'
import { countingBatch } from './testing/batches.ts'

const batch = countingBatch({ index: 2, rows: 4, width: 3 })

it('views the ids of a batch', () => {
  const { ids, rows, width } = blockRows(batch)
  expect([[...ids], rows, width]).toEqual([[10, 11, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8], 4, 3])
})

it('views the ids of a slice, and of a slice of it', () => {
  const slice = batch.slice(1, 4) as RecordBatch<Blocks>
  expect([...blockRows(slice).ids]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect([...blockRows(slice.slice(1, 2) as RecordBatch<Blocks>).ids]).toEqual([3, 4, 5])
})

it('views the ids of what came through IPC', () => {
  const [read] = [...RecordBatchReader.from(RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true))]
  expect([...blockRows(read as RecordBatch<Blocks>).ids]).toEqual([...blockRows(batch).ids])
})

it('names the documents, each once', () => {
  const names = (...batches: RecordBatch<Blocks>[]) =>
    documentsOf(batches).map(({ source, doc_id }) => `${source}/${doc_id}`)
  expect(names(batch)).toEqual(['counting/2-0', 'counting/2-1', 'counting/2-2', 'counting/2-3'])
  expect(names(batch.slice(1, 3) as RecordBatch<Blocks>)).toEqual(['counting/2-1', 'counting/2-2'])
  expect(names(batch, batch.slice(0, 1) as RecordBatch<Blocks>)).toHaveLength(4)
  const span = { doc_id: 'a', source: 's', start: 0, length: 1, bytes: 1 }
  const twice = blocksBatch({ width: 2, ids: new Int32Array(2), spans: [span, span], spanOffsets: Int32Array.of(0, 2) })
  expect(names(twice)).toEqual(['s/a'])
  expect(names(blocksBatch({ width: 2, ids: new Int32Array(2) }))).toEqual([])
})
