import {
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  tableFromArrays,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { blocksSchema } from '../schemas/blocks.ts'
import { int32BlockColumn, int32Column, int32ListColumn, nullableUtf8Column, utf8Column } from '../schemas/columns.ts'
import { documentsBatch } from '../schemas/documents.ts'
import { tokensSchema } from '../schemas/tokens.ts'
import type { Frame } from './frame.ts'
import { frameBytes } from './frame-bytes.ts'

function bytes(batch: RecordBatch): number {
  return frameBytes({ batch, cursor: {}, seq: 0 } satisfies Frame)
}

function one(data: ReturnType<typeof makeData>): RecordBatch {
  const schema = new Schema([new Field('c', data.type, true)])
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: data.length, nullCount: 0, children: [data] }),
  )
}

describe('frameBytes', () => {
  it('counts values, offsets and validity', () => {
    expect(bytes(one(int32Column(Int32Array.from([1, 2, 3]))))).toBe(12)
    expect(bytes(one(utf8Column(['abc', '', 'é'])))).toBe(5 + 4 * 4)
    expect(bytes(one(nullableUtf8Column(['abc', undefined])))).toBe(3 + 3 * 4 + 1)
    const list = tokensSchema.fields[4]!.type as never
    expect(bytes(one(int32ListColumn(list, Int32Array.from([0, 2, 2]), Int32Array.from([1, 2]))))).toBe(8 + 12)
    const block = blocksSchema(4).fields[0]!.type as never
    expect(bytes(one(int32BlockColumn(block, new Int32Array(12))))).toBe(48)
    expect(bytes(one(makeData({ type: new Float64(), length: 2, nullCount: 0, data: new Float64Array(2) })))).toBe(16)
    expect(bytes(one(makeData({ type: new Int32(), length: 0, nullCount: 0, data: new Int32Array(0) })))).toBe(0)
  })

  it('counts of a slice its own rows only', () => {
    const rows = Array.from({ length: 64 }, (_, i) => ({
      id: `${i}`,
      text: 'x'.repeat(i),
      source: 's',
      lang: i % 2 ? 'en' : undefined,
    }))
    const whole = documentsBatch(rows)
    const slices = [whole.slice(0, 8), whole.slice(8, 40), whole.slice(40, 64)]
    const sum = slices.map(bytes).reduce((a, b) => a + b)
    // Each slice has one offset more than rows, in six columns of strings.
    expect(sum - bytes(whole)).toBeLessThanOrEqual(2 * 6 * 4)
    expect(sum).toBeGreaterThanOrEqual(bytes(whole))
    expect(bytes(whole.slice(0, 1))).toBeLessThan(bytes(whole) / 20)
  })

  it('counts types that we do not use ourselves', () => {
    const words = vectorFromArray(['a', 'b', 'a', 'a'])
    const table = tableFromArrays({ words: ['a', 'b', 'a'], big: BigInt64Array.from([1n, 2n, 3n]) })
    expect(bytes(table.batches[0]!)).toBeGreaterThanOrEqual(24 + 3)
    expect(words.length).toBe(4)
    expect(
      bytes(
        one(
          vectorFromArray([
            { a: 1, b: 'x' },
            { a: 2, b: 'yz' },
          ]).data[0]!,
        ),
      ),
    ).toBe(2 * 8 + 2 * 4)
  })
})
