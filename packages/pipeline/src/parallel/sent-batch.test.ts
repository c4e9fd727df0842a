import {
  Binary,
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int8,
  Int32,
  Int64,
  List,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryOf, receivedBatch, sendBatch } from './sent-batch.ts'
import { schemaOf, textOf } from './sent-schema.ts'

const fields = [
  new Field('text', new Utf8(), true),
  new Field('bytes', new Binary(), true),
  new Field('flag', new Bool(), true),
  new Field('small', new Int8(), true),
  new Field('large', new Int64(), true),
  new Field('real', new Float32(), true),
  new Field('time', new TimestampMillisecond(), true),
  new Field('list', new List(new Field('item', new Utf8(), true)), true),
  new Field('pair', new FixedSizeList(2, new Field('item', new Int32(), false)), false),
  new Field('inside', new Struct([new Field('yes', new Bool(), true), new Field('n', new Int32(), true)]), true),
] as Field[]
const schema = new Schema(fields, new Map([['made', 'here']]))

const row = fc.record({
  text: fc.option(fc.string({ unit: 'grapheme' })),
  bytes: fc.option(fc.uint8Array({ maxLength: 5 })),
  flag: fc.option(fc.boolean()),
  small: fc.option(fc.integer({ min: -128, max: 127 })),
  large: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  real: fc.option(fc.float({ noNaN: true })),
  time: fc.option(fc.integer({ min: 0, max: 2 ** 40 })),
  list: fc.option(fc.array(fc.option(fc.string({ maxLength: 3 })), { maxLength: 3 })),
  pair: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
  inside: fc.option(fc.record({ yes: fc.option(fc.boolean()), n: fc.option(fc.integer({ min: 0, max: 9 })) })),
})
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never

function batchOf(rows: readonly Row[]): RecordBatch {
  const children = fields.map(
    ({ name, type }) =>
      vectorFromArray(
        rows.map(row => row[name as 'text']),
        type,
      ).data[0]!,
  )
  const length = rows.length
  const struct = new Struct(fields)
  const [{ data }] = [new RecordBatch(schema, vectorFromArray([], struct).data[0] as never)]
  return new RecordBatch(schema, Object.assign(data.clone(struct as never, 0, length, 0), { children }))
}

/** Rows as plain values, by Arrow's own accessors. */
const plain = (batch: RecordBatch) =>
  Array.from({ length: batch.numRows }, (_, i) =>
    JSON.parse(JSON.stringify(batch.get(i), (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
  )

const sent = (batch: RecordBatch, room?: ArrayBuffer) => {
  const made = sendBatch(batch, room)
  return receivedBatch(structuredClone(made, { transfer: [memoryOf(made)] }))
}

describe('a batch on its way to another thread', () => {
  test('comes out as it was, slices by themselves', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), fc.nat(40), (rows, a, b) => {
        const batch = batchOf(rows)
        const [from, to] = [Math.min(a, b, rows.length), Math.min(Math.max(a, b), rows.length)]
        for (const one of [batch, batch.slice(from, to), batch.slice(from, to).slice(1, to - from)]) {
          const back = sent(one)
          expect(plain(back)).toEqual(plain(one))
          expect(back.schema.toString()).toBe(schema.toString())
          expect(back.schema.metadata).toEqual(schema.metadata)
        }
      }),
    )
  })

  test('takes memory that is large enough, and holds no more than the rows it has', () => {
    const long = batchOf(
      Array.from({ length: 1000 }, (_, i) => ({
        ...fc.sample(row, { numRuns: 1, seed: i })[0]!,
        text: 'x'.repeat(1000),
      })),
    )
    const slice = long.slice(3, 5)
    const room = new ArrayBuffer(1 << 16)
    expect(memoryOf(sendBatch(slice, room))).toBe(room)
    expect(memoryOf(sendBatch(long, room))).not.toBe(room)
    expect(memoryOf(sendBatch(slice)).byteLength).toBeLessThan(4000)
  })

  test('schemas that differ in anything take turns', () => {
    const of = (field: Field, metadata?: Map<string, string>) => new Schema([field], metadata)
    const schemas = [
      of(new Field('a', new Utf8(), true)),
      of(new Field('b', new Utf8(), true)),
      of(new Field('a', new Int32(), true)),
      of(new Field('a', new Utf8(), false)),
      of(new Field('a', new Utf8(), true, new Map([['of', 'field']]))),
      of(new Field('a', new Utf8(), true), new Map([['of', 'schema']])),
      new Schema([new Field('a', new Utf8(), true), new Field('b', new Utf8(), true)]),
    ]
    const texts = [...schemas, ...schemas].map(textOf)
    expect(new Set(texts).size).toBe(schemas.length)
    for (const [i, schema] of schemas.entries()) {
      const back = schemaOf(texts[i]!)
      expect(back.toString()).toBe(schema.toString())
      expect([back.metadata, back.fields[0]!.metadata]).toEqual([schema.metadata, schema.fields[0]!.metadata])
      expect(schemaOf(texts[i]!)).toBe(back)
    }
  })

  test('dictionaries cross as well', () => {
    const column = vectorFromArray(['a', 'b', 'a'], new Dictionary(new Utf8(), new Int32()))
    const struct = new Struct([new Field('word', column.type)])
    const data = vectorFromArray([], struct).data[0]!.clone(struct, 0, 3, 0)
    const batch = new RecordBatch(
      new Schema([new Field('word', column.type)]),
      Object.assign(data, { children: [column.data[0]!] }) as never,
    )
    expect(plain(sent(batch))).toEqual([{ word: 'a' }, { word: 'b' }, { word: 'a' }])
  })
})
