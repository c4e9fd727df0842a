import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type DocumentRow, defineSource, documentsBatch, documentsSchema, run } from '@sluice/pipeline'
import { tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { type WriteDocumentsOptions, writeDocuments } from './write-documents.ts'

const folder = await testFolder()
const path = (name: string): string => join(folder.path, name)

async function write(batches: readonly DocumentRow[][], options: WriteDocumentsOptions): Promise<Buffer> {
  const source = defineSource({
    id: 'rows',
    schema: documentsSchema,
    *read() {
      for (const [position, rows] of batches.entries()) yield { batch: documentsBatch(rows), position }
    },
  })
  await run({ source, stages: [], sink: writeDocuments(options) }).done
  return readFileSync(options.path)
}

const anyText = fc.string({ unit: 'binary', maxLength: 50 })
const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const row: fc.Arbitrary<DocumentRow> = fc.record({
  id: anyText,
  text: anyText,
  source: fc.constantFrom('a', 'b"\n'),
  url: option(anyText),
  created: option(fc.integer({ min: -1e12, max: 4e12 })),
  lang: option(fc.constantFrom('en', 'zh')),
  metadata: option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })),
})
const batches = fc.array(fc.array(row, { maxLength: 8 }), { minLength: 1, maxLength: 4 })

/** As UTF-8 keeps it: lone surrogates as U+FFFD. */
const kept = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : Buffer.from(text).toString()
const keptRow = ({ id, text, source, url, created, lang, metadata }: DocumentRow) => ({
  id: kept(id),
  text: kept(text),
  source,
  url: kept(url),
  created: created === undefined ? undefined : new Date(created),
  lang,
  metadata: metadata === undefined ? undefined : JSON.parse(kept(JSON.stringify(metadata))!),
})

describe('round trips', () => {
  test('JSON Lines, plain and gzip', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (given, gzip) => {
        const bytes = await write(given, { path: path(gzip ? 'a.jsonl.gz' : 'a.jsonl') })
        const lines = (gzip ? gunzipSync(bytes) : bytes).toString().split('\n')
        expect(lines.pop()).toBe('')
        const read = lines.map(line => JSON.parse(line))
        const rows = given.flat().map(keptRow)
        expect(read).toEqual(JSON.parse(JSON.stringify(rows)))
      }),
      { numRuns: 60 },
    )
  })

  test('Arrow, file and stream', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom('a.arrow', 'a.arrows'), async (given, name) => {
        const table = tableFromIPC(await write(given, { path: path(name) }))
        const read = table.toArray().map(found => found.toJSON())
        expect(read.map(({ id, text, part, last }) => ({ id, text, part, last }))).toEqual(
          given.flat().map(({ id, text }) => ({ id: kept(id), text: kept(text), part: 0, last: true })),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('Parquet, packed and not', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom('none' as const, 'snappy' as const), async (given, compression) => {
        const bytes = await write(given, { path: path('a.parquet'), compression })
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
        const read = await parquetReadObjects({ file })
        expect(
          read.map(({ part, last, metadata, ...rest }) => {
            const values = Object.entries({ ...rest, metadata: metadata ? JSON.parse(metadata) : undefined })
            return Object.fromEntries(values.map(([key, value]) => [key, value ?? undefined]))
          }),
        ).toEqual(given.flat().map(keptRow))
      }),
      { numRuns: 40 },
    )
  })

  test('many row groups', async () => {
    const text = 'The whale. '.repeat(10_000)
    const given = Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 10 }, (_, j) => ({ id: `${i}-${j}`, text, source: 's' })),
    )
    const bytes = await write(given, { path: path('groups.parquet') })
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const read = await parquetReadObjects({ file })
    expect(read.map(({ id }) => id)).toEqual(given.flat().map(({ id }) => id))
    expect(read.every(found => found.text === text)).toBe(true)
  })
})

describe('parts', () => {
  const parts = (id: string, texts: string[], dropped = false): DocumentRow[] =>
    texts.map((text, part) => ({ id, text, source: 's', part, last: part === texts.length - 1 && !dropped }))

  test('of a document are one line of JSON, also from batch to batch', async () => {
    const long = parts('long', ['one "', 'two\n', 'three'])
    const given = [[...parts('a', ['x']), long[0]!], [], [long[1]!], [long[2]!, ...parts('b', ['y'])]]
    const lines = (await write(given, { path: path('parts.jsonl') })).toString().trim().split('\n')
    expect(lines.map(line => JSON.parse(line).text)).toEqual(['x', 'one "two\nthree', 'y'])
  })

  test('that end without their last, because a stage dropped it, end their line', async () => {
    const given = [parts('a', ['1', '2'], true), parts('b', ['3', '4'], true)]
    const lines = (await write(given, { path: path('cut.jsonl') })).toString().trim().split('\n')
    expect(lines.map(line => JSON.parse(line).text)).toEqual(['12', '34'])
  })
})

test('columns that may be missing', async () => {
  const batch = documentsBatch([{ id: '1', text: 'a', source: 's', url: 'u' }]).select([
    'id',
    'text',
    'source',
    'part',
    'last',
  ])
  const source = defineSource({
    id: 'rows',
    schema: batch.schema as never,
    *read() {
      yield { batch: batch as never, position: 0 }
    },
  })
  await run({ source, stages: [], sink: writeDocuments({ path: path('few.jsonl') }) }).done
  expect(readFileSync(path('few.jsonl'), 'utf8')).toBe('{"id":"1","source":"s","text":"a"}\n')
})

test('metadata over several lines becomes one', async () => {
  const sink = writeDocuments({ path: path('lines.jsonl') })
  const batch = documentsBatch([{ id: '1', text: 'a', source: 's', metadata: { a: 10 } }])
  const metadata = batch.getChild('metadata')!.data[0]!
  metadata.values.set(Buffer.from('{"a":\n1}'))
  await sink.open!({} as never, undefined)
  await sink.consume({ batch, cursor: {}, seq: 0 })
  await sink.close!('finished')
  expect(readFileSync(path('lines.jsonl'), 'utf8')).toBe('{"id":"1","source":"s","metadata":{"a": 1},"text":"a"}\n')
})

test('a run that fails leaves what it wrote under another name, and the file that was there', async () => {
  await folder.write('kept.jsonl', 'before')
  const source = defineSource({
    id: 'rows',
    schema: documentsSchema,
    *read() {
      yield { batch: documentsBatch([{ id: '1', text: 'a', source: 's' }]), position: 0 }
      throw new Error('broken')
    },
  })
  const done = run({ source, stages: [], sink: writeDocuments({ path: path('kept.jsonl') }) }).done
  await expect(done).rejects.toThrow('broken')
  expect(readFileSync(path('kept.jsonl'), 'utf8')).toBe('before')
  expect(readFileSync(path('kept.jsonl.partial'), 'utf8')).toBe('{"id":"1","source":"s","text":"a"}\n')
  await write([[{ id: '2', text: 'b', source: 's' }]], { path: path('kept.jsonl') })
  expect(existsSync(path('kept.jsonl.partial'))).toBe(false)
})

test('refuses names and compressions that do not go', async () => {
  const message = (options: WriteDocumentsOptions): string => {
    try {
      writeDocuments(options)
    } catch (error) {
      return String(error)
    }
    return ''
  }
  expect(message({ path: 'a.txt' })).toBe(
    'write: a.txt: the name does not tell a format; end it in .jsonl, .parquet or .arrow, or state the format',
  )
  expect(message({ path: 'a.parquet', compression: 'gzip' })).toBe(
    'write: a.parquet: parquet is not written with gzip; use "snappy" or "none"',
  )
  expect(message({ path: 'a.jsonl', compression: 'snappy', id: 'out' })).toBe(
    'out: a.jsonl: jsonl is not written with snappy; use "gzip" or "none"',
  )
  await folder.write('file', '')
  const sink = writeDocuments({ path: path('file/a.jsonl') })
  await expect(sink.open!({} as never, undefined)).rejects.toThrow(/^cannot be written: /)
})
