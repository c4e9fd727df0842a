import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DataError, type DocumentRow, documentsBatch, type RunEvent } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framesOf, joined, positionsOf, readAll, readToFault, rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutations, mutationsTimeout } from '../testing/mutations.ts'
import { writeDocuments } from '../write/write-documents.ts'
import { parquet } from './parquet.ts'

const folder = await testFolder()
const baseDir = folder.path
const golden = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url))
const codecs = ['none', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli']
const expected = JSON.parse(readFileSync(golden('rows.json'), 'utf8')) as Record<string, unknown>[]

describe("pyarrow's files", () => {
  test.each(codecs)('%s', async codec => {
    const rows = await readAll(parquet({ path: golden(`${codec}.parquet`), onError: 'skip' }))
    const found = rows.map(({ id, text, url, created, metadata }) => {
      const { tags = null, meta, large, flag } = metadata as Record<string, any>
      return { id, text, url, created, tags, score: meta.score, large, flag }
    })
    expect(found).toEqual(expected.filter(({ text }) => text !== null))
  })

  test('columns that documents have no place for can be left unread', async () => {
    const rows = await readAll(parquet({ path: golden('snappy.parquet'), onError: 'skip', metadata: false }))
    expect(rows.every(row => row.metadata === null)).toBe(true)
    const mapped = parquet({ path: golden('snappy.parquet'), columns: { text: 'meta.author.name' }, metadata: false })
    expect((await readAll(mapped))[0]).toMatchObject({ text: 'H. M.', metadata: { meta: { score: 0 } } })
  })

  test('a row without text ends the reading with its place, or is counted', async () => {
    const { rows, error } = await readToFault(parquet({ path: golden('zstd.parquet') }))
    expect(rows).toHaveLength(7)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toMatch(
      /^parquet: .*zstd\.parquet: row 8: expected a column of text, found id, url, date, tags?/,
    )
    const events: RunEvent[] = []
    const source = parquet({ path: golden('zstd.parquet'), onError: 'skip', emit: event => events.push(event) })
    expect(await readAll(source)).toHaveLength(39)
    expect(source.summary!()!.message).toBe('left out 1 bad row')
    expect(events).toHaveLength(1)
  })
})

async function write(name: string, rows: DocumentRow[]): Promise<void> {
  const sink = writeDocuments({ path: `${baseDir}/${name}` })
  await sink.open!({} as never, undefined)
  await sink.consume({ batch: documentsBatch(rows), cursor: {}, seq: 0 })
  await sink.close!('finished')
}

test('resuming after any frame gives the documents that would have followed', async () => {
  for (const path of codecs.map(codec => golden(`${codec}.parquet`))) {
    const source = parquet({ path, onError: 'skip', frameBytes: 1, maxDocumentBytes: 20 })
    const frames = await framesOf(source)
    const rows = frames.map(rowsOf)
    joined(rows.flat())
    for (const [i, position] of positionsOf(frames, 'parquet').entries()) {
      if (i % 5 === 0) expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
    }
  }
})

test('what was written is read again', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({
    id: `${i}`,
    text: `text ${i}`,
    source: 's',
    lang: 'en',
    created: i,
  }))
  await write('own.parquet', rows)
  const read = await readAll(parquet({ path: 'own.parquet', baseDir }))
  expect(read.map(({ id, text, lang, created }) => ({ id, text, source: 's', lang, created }))).toEqual(rows)
})

describe('damaged files', () => {
  const bytes = readFileSync(golden('snappy.parquet'))

  test('cut short have no index', async () => {
    for (const [length, message] of [
      [5, '5 bytes are no Parquet file'],
      [bytes.length - 20, 'it does not end as a Parquet file does'],
    ] as const) {
      await folder.write('cut.parquet', bytes.subarray(0, length))
      const { error } = await readToFault(parquet({ path: 'cut.parquet', baseDir }))
      expect(String(error)).toBe(
        `parquet: cut.parquet: footer: ${message}; ` +
          'fetch the file again: its index stands at its end, so a copy that is cut short cannot be read at all',
      )
    }
  })

  test('rows before the damage are given, and with onError "skip" those of the next groups', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, text: `text number ${i}`, source: 's' }))
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const whole = Buffer.from(
      parquetWriteBuffer({
        columnData: [{ name: 'text', data: rows.map(({ text }) => text), type: 'STRING' }],
        codec: 'UNCOMPRESSED',
        pageSize: 500,
        rowGroupSize: 100,
      }),
    )
    // A length within the second row group.
    const at = whole.indexOf('text number 150') - 4
    whole.writeUInt32LE(1e9, at)
    await folder.write('page.parquet', whole)
    const { rows: read, error } = await readToFault(parquet({ path: 'page.parquet', baseDir }))
    const texts = read.map(({ text }) => text)
    expect(texts.length).toBeGreaterThan(100)
    expect(texts.length).toBeLessThanOrEqual(150)
    expect(texts).toEqual(rows.slice(0, texts.length).map(({ text }) => text))
    expect(error).toMatchObject({
      file: 'page.parquet',
      place: `row group 2, row ${texts.length + 1} of the file`,
      advice: 'fetch the file again, or set "onError": "skip" to go on at the next row group',
    })
    const skipping = parquet({ path: 'page.parquet', baseDir, onError: 'skip' })
    expect(await readAll(skipping)).toHaveLength(texts.length + 100)
    expect(skipping.summary!()!.message).toBe('left out 1 damaged row group')
  })

  test(
    `${mutations} mutations give documents or a clear error`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          async (changes, skip) => {
            const changed = Buffer.from(bytes)
            for (const [at, byte] of changes) changed[at] = byte
            await folder.write('fuzz.parquet', changed)
            const source = parquet({ path: 'fuzz.parquet', baseDir, onError: skip ? 'skip' : 'error' })
            const outcome = await readAll(source).catch((error: unknown) => error)
            if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DataError)
          },
        ),
        { numRuns: mutations },
      )
    },
    mutationsTimeout,
  )
})
