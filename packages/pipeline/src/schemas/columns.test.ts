import {
  Field,
  FixedSizeList,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  type Vector,
} from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blocksBatch, blocksSchema } from './blocks.ts'
import {
  boolColumn,
  float64Column,
  int32BlockColumn,
  int32Column,
  int32ListColumn,
  int32Values,
  nullableUtf8Column,
  utf8Column,
} from './columns.ts'
import { type DocumentRow, documentsBatch, documentsSchema } from './documents.ts'
import { differingField } from './require.ts'
import { stepsSchema } from './steps.ts'
import { tokensSchema } from './tokens.ts'

/** A batch after a way through IPC. */
function throughIpc(batch: RecordBatch): RecordBatch {
  const bytes = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true)
  return [...RecordBatchReader.from(bytes)][0]!
}

function column(data: ReturnType<typeof makeData>, nullable = false): Vector {
  const schema = new Schema([new Field('c', data.type, nullable)])
  const struct = makeData({ type: new Struct(schema.fields), length: data.length, nullCount: 0, children: [data] })
  const batch = new RecordBatch(schema, struct)
  const before = [...batch.getChild('c')!]
  const after = throughIpc(batch).getChild('c')!
  expect(JSON.stringify([...after])).toBe(JSON.stringify(before))
  return after
}

/** What UTF-8 makes of a string. */
function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8')
}

/** Any string, also with surrogates that have lost their other half. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map(units => String.fromCharCode(...units)),
)

describe('columns', () => {
  it('hold any string; lone surrogates become U+FFFD', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), values => {
        const data = utf8Column(values)
        // The bytes are whole; Arrow's own reader leaves out a U+FEFF that a string begins with.
        expect(Buffer.from(data.values).toString()).toBe(values.map(wellFormed).join(''))
        expect([...column(data)]).toEqual(values.map(value => wellFormed(value).replace(/^\ufeff/, '')))
      }),
    )
    expect([...column(utf8Column(['a\ud800', '\udc00b', '😀', '']))]).toEqual(['a\ufffd', '\ufffdb', '😀', ''])
  })

  it('hold strings and nulls', () => {
    fc.assert(
      fc.property(fc.array(fc.option(text, { nil: undefined }), { maxLength: 30 }), values => {
        const vector = column(nullableUtf8Column(values), true)
        expect([...vector]).toEqual(values.map(value => (value === undefined ? null : wellFormed(value))))
        expect(vector.nullCount).toBe(values.filter(value => value === undefined).length)
      }),
    )
    expect([...column(nullableUtf8Column([null, undefined]), true)]).toEqual([null, null])
  })

  it('hold numbers and truths', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), values => {
        expect([...column(int32Column(Int32Array.from(values)))]).toEqual(values)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), values => {
        expect(column(float64Column(Float64Array.from(values))).toArray()).toEqual(Float64Array.from(values))
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), values => {
        expect([...column(boolColumn(values))]).toEqual(values)
      }),
    )
  })

  it('hold lists', () => {
    const type = new List(new Field('item', new Int32(), false))
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer(), { maxLength: 6 }), { maxLength: 12 }), lists => {
        const offsets = Int32Array.from([0, ...lists.map((_, i) => lists.slice(0, i + 1).flat().length)])
        const vector = column(int32ListColumn(type, offsets, Int32Array.from(lists.flat())))
        expect([...vector].map(list => [...(list as Vector)])).toEqual(lists)
      }),
    )
  })

  it('hold blocks', () => {
    const type = new FixedSizeList(3, new Field('item', new Int32(), false))
    const vector = column(int32BlockColumn(type, Int32Array.from([1, 2, 3, 4, 5, 6])))
    expect([...vector].map(list => [...(list as Vector)])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(() => int32BlockColumn(type, new Int32Array(4))).toThrow(new RangeError('4 values do not fill rows of 3'))
    expect([...column(int32BlockColumn(type, new Int32Array(0)))]).toEqual([])
  })

  it('give their values without a copy', () => {
    const values = Int32Array.from([1, 2, 3])
    const schema = new Schema([new Field('n', new Int32(), false)])
    const type = new Struct(schema.fields)
    const batch = new RecordBatch(schema, makeData({ type, length: 3, nullCount: 0, children: [int32Column(values)] }))
    const given = int32Values(batch.getChild('n')! as Vector<Int32>)
    expect([...given]).toEqual([1, 2, 3])
    expect(given.buffer).toBe(values.buffer)
    expect([...int32Values(batch.slice(1, 3).getChild('n')! as Vector<Int32>)]).toEqual([2, 3])
    expect(int32Values({ data: [] } as unknown as Vector<Int32>)).toHaveLength(0)
  })
})

describe('documentsBatch', () => {
  it('holds what it was given, after IPC too', () => {
    const row: fc.Arbitrary<DocumentRow> = fc.record(
      {
        id: text,
        text,
        source: text,
        part: fc.nat({ max: 100 }),
        last: fc.boolean(),
        url: text,
        created: fc.integer({ min: -8e12, max: 8e12 }),
        lang: text,
        metadata: fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean())),
      },
      { requiredKeys: ['id', 'text', 'source'] },
    )
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), rows => {
        const batch = throughIpc(documentsBatch(rows))
        expect(differingField(batch.schema, documentsSchema)).toBeUndefined()
        expect(batch.numRows).toBe(rows.length)
        const read = batch.toArray().map(each => ({ ...each.toJSON() }) as Record<string, unknown>)
        expect(read).toEqual(
          rows.map(each => ({
            id: wellFormed(each.id),
            text: wellFormed(each.text),
            source: wellFormed(each.source),
            part: each.part ?? 0,
            last: each.last ?? true,
            url: each.url === undefined ? null : wellFormed(each.url),
            created: each.created ?? null,
            lang: each.lang === undefined ? null : wellFormed(each.lang),
            metadata: each.metadata === undefined ? null : JSON.stringify(each.metadata),
          })),
        )
      }),
    )
  })

  it('takes a date that is none for no date', () => {
    const batch = documentsBatch([{ id: '1', text: '', source: 's', created: Number.NaN }])
    expect(batch.getChild('created')!.get(0)).toBeNull()
  })
})

describe('blocksBatch', () => {
  it('holds what it was given, after IPC too', () => {
    const spans = [
      { doc_id: 'a', source: 's', start: 0, length: 2, bytes: 7 },
      { doc_id: 'b', source: 's', start: 2, length: 1, bytes: 3 },
      { doc_id: 'b', source: 's', start: 0, length: 3, bytes: 9 },
    ]
    const given = {
      width: 3,
      ids: Int32Array.of(1, 2, 3, 4, 5, 6),
      segments: Int32Array.of(0, 0, 1, 0, 0, 0),
      positions: Int32Array.of(0, 1, 0, 1, 2, 3),
      spans,
      spanOffsets: Int32Array.of(0, 2, 3),
    }
    const batch = throughIpc(blocksBatch(given))
    expect(differingField(batch.schema, blocksSchema(3))).toBeUndefined()
    const rows = JSON.parse(JSON.stringify(batch.toArray())) as unknown
    expect(rows).toEqual([
      { ids: [1, 2, 3], segments: [0, 0, 1], positions: [0, 1, 0], spans: spans.slice(0, 2) },
      { ids: [4, 5, 6], segments: [0, 0, 0], positions: [1, 2, 3], spans: spans.slice(2) },
    ])
  })

  it('takes a block for one stretch where nothing else is said', () => {
    const batch = blocksBatch({ width: 2, ids: Int32Array.of(5, 6, 7, 8) })
    expect(JSON.parse(JSON.stringify(batch.toArray()))).toEqual([
      { ids: [5, 6], segments: [0, 0], positions: [0, 1], spans: [] },
      { ids: [7, 8], segments: [0, 0], positions: [0, 1], spans: [] },
    ])
    expect(() => blocksBatch({ width: 2, ids: new Int32Array(3) })).toThrow('3 values do not fill rows of 2')
  })
})

describe('schemas', () => {
  it('are equal to themselves after IPC, and to no other', () => {
    const all = [documentsSchema, tokensSchema, blocksSchema(5), blocksSchema(6), stepsSchema]
    for (const a of all) {
      const again = throughStream(a)
      expect(differingField(a, again)).toBeUndefined()
      for (const b of all) if (b !== a) expect(differingField(a, b)).toBeTypeOf('string')
    }
    expect(differingField(blocksSchema(5), blocksSchema(6))).toBe('ids')
  })
})

function throughStream(schema: Schema): Schema {
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  writer.finish()
  return RecordBatchReader.from(writer.toUint8Array(true)).open().schema
}
