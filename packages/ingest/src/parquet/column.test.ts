import type { ColumnMetaData, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { columnValues } from './column.ts'
import { madeText } from './late-text.ts'

/** A number in seven bits a byte, the last ones first. */
function varint(value: number): number[] {
  return value > 127 ? [(value & 127) | 128, ...varint(Math.floor(value / 128))] : [value]
}
const zigzag = (value: number): number[] => varint(value < 0 ? -2 * value - 1 : 2 * value)
/** Thrift's compact protocol: fields 1, 2, 3 …; null leaves one out. */
function struct(fields: readonly (number | number[] | null)[]): number[] {
  let skipped = 1
  const bytes = fields.flatMap(field => {
    if (field === null) {
      skipped++
      return []
    }
    const head = (skipped << 4) | (typeof field === 'number' ? 5 : 12)
    skipped = 1
    return [head, ...(typeof field === 'number' ? zigzag(field) : field)]
  })
  return [...bytes, 0]
}
const encodings = { plain: 0, rle: 3, dictionary: 8, deltas: 5, deltaTexts: 7, split: 9 }
interface Page {
  values: number
  encoding?: number
  bytes: number[]
  size?: number
  packed?: number
}
const dataPage = ({ values, encoding = encodings.plain, bytes, size = bytes.length, packed = bytes.length }: Page) => [
  ...struct([0, size, packed, null, struct([values, encoding, 3, 3])]),
  ...bytes,
]
const dictionaryPage = (values: number, bytes: number[]) => [
  ...struct([2, bytes.length, bytes.length, null, null, null, struct([values, 0])]),
  ...bytes,
]
const text = (value: string) => [value.length, 0, 0, 0, ...Buffer.from(value)]
const prefixed = (bytes: number[]) => [bytes.length & 255, bytes.length >> 8, 0, 0, ...bytes]

const schemaOf = (repetition: 'REQUIRED' | 'OPTIONAL' | 'REPEATED', type = 'BYTE_ARRAY'): SchemaTree =>
  parquetSchema({
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'text', type, repetition_type: repetition, converted_type: type === 'BYTE_ARRAY' ? 'UTF8' : undefined },
    ],
  } as never)

async function read(
  pages: number[][],
  {
    rows,
    repetition = 'REQUIRED',
    type = 'BYTE_ARRAY',
    values = rows,
  }: {
    rows: number
    repetition?: 'REQUIRED' | 'OPTIONAL' | 'REPEATED'
    type?: string
    values?: number
  },
) {
  const metadata = { path_in_schema: ['text'], type, codec: 'UNCOMPRESSED', num_values: BigInt(values) }
  // A byte more: the library takes a single one at the end for filling.
  const bytes = Uint8Array.from([...pages.flat(), 0]).buffer
  const found = await columnValues(bytes, metadata as unknown as ColumnMetaData, {
    schema: schemaOf(repetition, type),
    rows,
    breathe: () => undefined,
  })
  const made = Array.from(found.values as ArrayLike<unknown>, madeText)
  return { ...found, values: made, message: (found.fault as Error | undefined)?.message }
}

const one = dataPage({ values: 2, bytes: [...text('one'), ...text('two')] })

test('pages follow each other', async () => {
  const found = await read([one, dataPage({ values: 1, bytes: text('three') })], { rows: 3 })
  expect(found).toMatchObject({ values: ['one', 'two', 'three'], whole: 3 })
  expect(found.fault).toBeUndefined()
})

test('nulls and dictionaries', async () => {
  const page = dataPage({
    values: 3,
    encoding: encodings.dictionary,
    // Levels 1, 0, 1 bit-packed; then values of one bit: 1, 0.
    bytes: [...prefixed([3, 0b101]), 1, 3, 0b01],
  })
  const found = await read([dictionaryPage(2, [...text('a'), ...text('b')]), page], { rows: 3, repetition: 'OPTIONAL' })
  expect(found).toMatchObject({ values: ['b', null, 'a'], whole: 3 })
})

describe('what a file claims is checked before it costs anything', () => {
  const huge = 2 ** 30
  const cases: [string, number[][], Parameters<typeof read>[1], string][] = [
    [
      'a run of levels',
      [dataPage({ values: 2, bytes: [...prefixed([...varint(2 * huge), 0]), ...text('x')] })],
      { rows: 2, repetition: 'OPTIONAL' },
      'parquet runs have 1073741824 values for 2',
    ],
    [
      'a packed run of levels',
      [dataPage({ values: 2, bytes: prefixed([...varint(2 * (huge / 8) + 1), 0]) })],
      { rows: 2, repetition: 'OPTIONAL' },
      'parquet runs have 1073741824 values for 2',
    ],
    [
      'runs that end early',
      [dataPage({ values: 20, bytes: prefixed([...varint(20), 1]) })],
      { rows: 20, repetition: 'OPTIONAL' },
      'parquet runs end after 10 of 20 values',
    ],
    [
      'runs longer than their page',
      [dataPage({ values: 2, bytes: [255, 255, 255, 127] })],
      { rows: 2, repetition: 'OPTIONAL' },
      'parquet runs of 2147483647 bytes exceed the page',
    ],
    [
      'a run of places in a dictionary',
      [
        dictionaryPage(1, text('a')),
        dataPage({ values: 2, encoding: encodings.dictionary, bytes: [1, ...varint(2 * huge), 0] }),
      ],
      { rows: 2 },
      'parquet runs have 1073741824 values for 2',
    ],
    [
      'a place behind the dictionary',
      [dictionaryPage(1, text('a')), dataPage({ values: 2, encoding: encodings.dictionary, bytes: [3, 4, 5] })],
      { rows: 2 },
      'parquet a dictionary of 1 has no value 5',
    ],
    [
      'values of a dictionary',
      [dictionaryPage(huge, text('a'))],
      { rows: 2 },
      'parquet a dictionary cannot have 1073741824 values',
    ],
    [
      'values of a page',
      [dataPage({ values: huge, bytes: text('a') })],
      { rows: 2 },
      'parquet a column of 2 rows cannot have 1073741824 values',
    ],
    [
      'values of a column of lists',
      [dataPage({ values: huge, bytes: text('a') })],
      { rows: 2, repetition: 'REPEATED', values: huge },
      'parquet a column of 2 rows cannot have 1073741824 values',
    ],
    [
      'less than no values',
      [dataPage({ values: -1, bytes: text('a') })],
      { rows: 2 },
      'parquet a column of 2 rows cannot have -1 values',
    ],
    [
      'bytes of a page',
      [dataPage({ values: 2, bytes: text('a'), packed: 1000 })],
      { rows: 2 },
      'parquet a page of 1000 bytes exceeds the 6 that are there',
    ],
    [
      'bytes of a page behind its beginning',
      [dataPage({ values: 2, bytes: text('a'), packed: -20 })],
      { rows: 2 },
      'parquet a page of -20 bytes exceeds the 6 that are there',
    ],
    [
      'bytes of a page, unpacked',
      [dataPage({ values: 2, bytes: text('a'), size: 2 ** 31 - 1 })],
      { rows: 2 },
      'parquet a page cannot have 2147483647 bytes',
    ],
    [
      'deltas in blocks without parts',
      [dataPage({ values: 2, encoding: encodings.deltas, bytes: [...varint(128), 0, 2, 0, 0, 0, 0, 0] })],
      { rows: 2, type: 'INT32' },
      'parquet a block of 128 deltas cannot have 0 parts',
    ],
    [
      'deltas in blocks of nearly everything',
      [dataPage({ values: 2, encoding: encodings.deltas, bytes: [...varint(huge), 1, 2, 0, 0, 0] })],
      { rows: 2, type: 'INT64' },
      'parquet deltas cannot come in blocks of 1073741824',
    ],
    [
      'texts that share what was not there',
      [
        dataPage({
          values: 2,
          encoding: encodings.deltaTexts,
          // Prefixes 0 and 100; suffixes 1 and 1.
          bytes: [
            ...varint(128),
            4,
            2,
            ...zigzag(0),
            ...zigzag(100),
            0,
            0,
            0,
            0,
            ...varint(128),
            4,
            2,
            ...zigzag(1),
            ...zigzag(0),
            0,
            0,
            0,
            0,
            97,
            98,
          ],
        }),
      ],
      { rows: 2 },
      'parquet a text shares 100 bytes with one of 1',
    ],
    ['rows that are not there', [one], { rows: 5 }, 'parquet a column has 2 of 5 rows'],
  ]
  test.each(cases)('%s', async (_, pages, options, message) => {
    expect((await read(pages, options)).message).toBe(message)
  })

  test('and what was whole before it is there', async () => {
    const found = await read([one, dataPage({ values: 1, bytes: text('a'), packed: 1000 })], { rows: 3 })
    expect(found).toMatchObject({ values: ['one', 'two'], whole: 2 })
  })
})
