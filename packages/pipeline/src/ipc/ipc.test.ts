import {
  Field,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  tableFromIPC,
} from 'apache-arrow'
import { expect, test } from 'vitest'
import { blocksBatch } from '../schemas/blocks.ts'
import { boolColumn, int32Column, int32ListColumn, nullableUtf8Column, utf8Column } from '../schemas/columns.ts'
import { documentsBatch, documentsSchema } from '../schemas/documents.ts'
import { differingField } from '../schemas/require.ts'
import { decodeFrame } from './decode-frame.ts'
import { encodeFrame } from './encode-frame.ts'
import { FrameWriter } from './frame-writer.ts'

const rows = (batch: RecordBatch) => batch.toArray().map(row => JSON.parse(JSON.stringify(row)))

test('a frame of documents and one of blocks come back as they were', () => {
  const created = Date.UTC(2020, 0, 2, 3, 4, 5)
  const documents = documentsBatch([
    { id: 'a', text: 'the whale ☠', source: 's', lang: 'en' },
    { id: 'b', text: '', source: 's', url: 'https://example.org/', created },
  ])
  const blocks = blocksBatch({
    width: 2,
    ids: Int32Array.of(1, 2, 3, 4),
    spans: [{ doc_id: 'a', source: 's', start: 0, length: 2, bytes: 7 }],
    spanOffsets: Int32Array.of(0, 1, 1),
  })
  for (const batch of [documents, blocks, documents.slice(1, 2), documents.slice(0, 0)]) {
    const cursor = { books: { file: 'é.txt', byte: 12 }, 'refine-1': [1, null] }
    const frame = decodeFrame(encodeFrame({ batch, cursor, seq: 2 ** 40 }))
    expect(frame.cursor).toEqual(cursor)
    expect(frame.seq).toBe(2 ** 40)
    expect(differingField(frame.batch.schema, batch.schema)).toBeUndefined()
    expect(rows(frame.batch)).toEqual(rows(batch))
  }
})

test('columns of every kind that frames have, with nulls, sliced anywhere', () => {
  const list = new List(new Field('item', new Int32(), false))
  const text = utf8Column(['', 'one', 'zwei', '三', 'four', 'fünf', 'six', 'seven', 'eight', 'nine'])
  const columns = {
    text,
    some: nullableUtf8Column(['a', null, 'c', 'd', null, 'f', 'g', 'h', 'i', null]),
    flag: boolColumn([true, false, true, true, false, false, true, false, true, true]),
    number: int32Column(Int32Array.from({ length: 10 }, (_, i) => i * i)),
    list: int32ListColumn(
      list,
      Int32Array.of(0, 1, 1, 4, 5, 6, 8, 8, 9, 10, 12),
      Int32Array.from({ length: 12 }, (_, i) => i),
    ),
  }
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, name === 'some'))
  const data = makeData({ type: new Struct(fields), length: 10, nullCount: 0, children: Object.values(columns) })
  const batch = new RecordBatch(new Schema(fields), data)
  for (let from = 0; from <= 10; from++) {
    for (let to = from; to <= 10; to++) {
      const slice = batch.slice(from, to)
      const frame = decodeFrame(encodeFrame({ batch: slice, cursor: {}, seq: 0 }))
      expect(rows(frame.batch)).toEqual(rows(batch).slice(from, to))
    }
  }
})

test('a slice takes its own rows only, and the copy is in memory of its own', () => {
  const batch = documentsBatch(
    Array.from({ length: 100 }, (_, i) => ({ id: `${i}`, text: 'x'.repeat(1000), source: 's' })),
  )
  const bytes = encodeFrame({ batch: batch.slice(7, 8), cursor: {}, seq: 0 })
  expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
  expect(bytes.byteLength).toBeLessThan(5000)
})

test('in memory that another frame was sent in, where that is large enough', () => {
  const frame = { batch: documentsBatch([{ id: 'a', text: 'the whale', source: 's' }]), cursor: { s: 1 }, seq: 7 }
  const alone = encodeFrame(frame)
  const room = new ArrayBuffer(alone.length + 40)
  new Uint8Array(room).fill(255)
  const bytes = encodeFrame(frame, room)
  expect(bytes.buffer).toBe(room)
  expect(bytes).toEqual(alone)
  expect(decodeFrame(bytes).batch.get(0)!.text).toBe('the whale')
  expect(encodeFrame(frame, new ArrayBuffer(alone.length - 1))).toEqual(alone)
})

test('several frames are one stream, which Arrow’s own reader reads', () => {
  const writer = new FrameWriter(documentsSchema)
  const frames = [0, 1, 2].map(i => ({
    batch: documentsBatch([{ id: `${i}`, text: `text ${i}`, source: 's' }]),
    cursor: { s: i },
    seq: i,
  }))
  const pieces = frames.flatMap(frame => writer.pieces(frame))
  const whole = Buffer.concat([...pieces, ...writer.end()])
  expect(whole.subarray(-8)).toEqual(Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]))
  expect([...RecordBatchReader.from(whole)].map(batch => batch.get(0)!.text)).toEqual(['text 0', 'text 1', 'text 2'])
  expect(tableFromIPC(whole).numRows).toBe(3)
})

test('what another engine wrote has no position', () => {
  const { batch } = decodeFrame(encodeFrame({ batch: documentsBatch([]), cursor: { a: 1 }, seq: 1 }))
  expect(batch.numRows).toBe(0)
  expect(() => decodeFrame(new Uint8Array(0))).toThrow('expected an Arrow IPC stream of one record batch, found none')
})
