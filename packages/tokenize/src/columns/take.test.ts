import { documentsBatch, documentsSchema, SchemaError } from '@sluice/pipeline'
import { Dictionary, Field, Int32, type RecordBatch, Schema, Utf8 } from 'apache-arrow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowsOf } from '../testing/harness.ts'
import { emptyBatch, takeRows } from './take.ts'

const row = (i: number) => ({
  id: `id ${i}`,
  text: 'é'.repeat(i % 5),
  source: 'given',
  part: i,
  last: i % 3 === 0,
  ...(i % 2 === 0 ? { url: `u${i}`, created: i * 1e10 } : {}),
  ...(i % 7 === 0 ? { metadata: { i } } : {}),
})
const whole = documentsBatch(Array.from({ length: 40 }, (_, i) => row(i)))
const rows = (batch: RecordBatch) => rowsOf({ batch, cursor: {}, seq: 0 })

test('rows come out as they went in, nulls and slices included', () => {
  const batches = [whole, whole.slice(3, 20), whole.slice(11, 12), whole.slice(9, 40), whole.slice(5, 5)]
  const plain = batches.map(rows)
  const range = fc.record({ batch: fc.nat(batches.length - 1), start: fc.nat(40), count: fc.nat(12) })
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), drawn => {
      const ranges = drawn.map(({ batch, start, count }) => {
        const size = batches[batch]!.numRows
        const from = Math.min(start, size)
        return { batch, start: from, count: Math.min(count, size - from) }
      })
      const expected = ranges.flatMap(({ batch, start, count }) => plain[batch]!.slice(start, start + count))
      const taken = takeRows(documentsSchema, batches, ranges)
      expect(taken.schema.fields).toEqual(documentsSchema.fields)
      expect(taken.numRows).toBe(expected.length)
      expect(rows(taken)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('no rows make an empty batch', () => {
  expect(rows(emptyBatch(documentsSchema))).toEqual([])
})

test('a column it does not know is refused', () => {
  const schema = new Schema([new Field('word', new Dictionary(new Utf8(), new Int32()))])
  expect(() => emptyBatch(schema)).toThrow(SchemaError)
  expect(() => emptyBatch(schema)).toThrow(
    'rows of column "word" of type Dictionary<Int32, Utf8> cannot be taken one by one',
  )
})
