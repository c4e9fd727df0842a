import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { ConfigError, DataError, type RunEvent, SluiceError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined, readAll, readToFault, textsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutated } from '../testing/mutate.ts'
import { mutations, mutationsTimeout } from '../testing/mutations.ts'
import { bytesReader } from '../testing/readers.ts'
import { expectResumes } from '../testing/resume.ts'
import { type CsvOptions, csv } from './csv.ts'
import { csvRecords } from './records.ts'

const folder = await testFolder()
const baseDir = folder.path

async function records(bytes: Uint8Array, step = Number.POSITIVE_INFINITY, limit = 1000): Promise<string[][]> {
  const reader = csvRecords(bytesReader(bytes, step), { separator: 0x2c, limit })
  const found: string[][] = []
  for (let record = await reader.next(); record; record = await reader.next()) {
    if (record.count > 0) found.push(Array.from({ length: record.count }, (_, n) => record.field(n)))
  }
  return found
}

test("records are those of Python's csv, however the bytes arrive", async () => {
  const path = new URL('./golden/records.json', import.meta.url)
  for (const { text, records: expected } of JSON.parse(readFileSync(path, 'utf8'))) {
    for (const step of [1, 3, 1000])
      expect(await records(Buffer.from(text), step), JSON.stringify(text)).toEqual(expected)
  }
})

test('what is written well is read as it was', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ' ', '🐋'), maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(field, { minLength: 2, maxLength: 5 })), fc.nat(7), async (rows, step) => {
      const text = rows.map(row => `${row.map(value => `"${value.replaceAll('"', '""')}"`).join(',')}\r\n`).join('')
      expect(await records(Buffer.from(text), step + 1)).toEqual(rows)
    }),
    { numRuns: 300 },
  )
})

const make = (options: Partial<CsvOptions> = {}) => csv({ path: 'x.csv', baseDir, ...options })
const read = async (content: string | Uint8Array, options: Partial<CsvOptions> = {}) => {
  await folder.write(options.path ? String(options.path) : 'x.csv', content)
  return readAll(make(options))
}

describe('documents', () => {
  const header = 'id,text,url,date,likes\r\n'

  test('columns by their usual names or as told, empty fields left out', async () => {
    const rows = await read(`\ufeff${header}a,"one, ""1""\nand on",https://a.example,2020-01-02,3\r\n\r\n,two,,,\n`)
    expect(rows).toEqual([
      {
        id: 'a',
        text: 'one, "1"\nand on',
        source: 'csv',
        part: 0,
        last: true,
        url: 'https://a.example',
        created: Date.UTC(2020, 0, 2),
        lang: null,
        metadata: { likes: '3' },
      },
      {
        id: 'x.csv#2',
        text: 'two',
        source: 'csv',
        part: 0,
        last: true,
        url: null,
        created: null,
        lang: null,
        metadata: null,
      },
    ])
    const [row] = await read(`${header}a,one,b,,3\n`, { columns: { text: ['likes', 'text'], id: 'url' } })
    expect(row).toMatchObject({ id: 'b', text: '3\n\none', metadata: { id: 'a' } })
  })

  test('separators by name, by content, or given', async () => {
    const texts = async (content: string, options: Partial<CsvOptions> = {}) =>
      (await read(content, options)).map(row => row.text)
    expect(await texts('id\ttext\n1\ta, b, c\n', { path: 'x.tsv' })).toEqual(['a, b, c'])
    for (const separator of [',', '\t', ';', '|']) {
      const content = `id${separator}text\n1${separator}"a${separator} b, c; d"\n2${separator}e\n`
      expect(await texts(content), separator).toEqual([`a${separator} b, c; d`, 'e'])
    }
    expect(await texts('text\none\ntwo words\n')).toEqual(['one', 'two words'])
    expect(await texts('id:text\n1:a\n', { separator: ':' })).toEqual(['a'])
    expect(() => make({ separator: '"' })).toThrow(ConfigError)
    const fault = (separator: string): string => {
      try {
        make({ separator })
      } catch (error) {
        return String(error)
      }
      return ''
    }
    expect(fault(', ')).toBe(
      'csv: ", " cannot separate fields; use one ASCII character that is neither a quote nor a line end, or "auto"',
    )
  })

  test('without a header', async () => {
    const rows = await read('a,one\nb,two\n', { header: false, columns: { text: '2', id: '1' } })
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ])
    expect(await textsOf(make({ path: 'x.csv', header: false, columns: { text: '1' } }))).toEqual(['a', 'b'])
    expect((await read('one\ntwo\n', { header: false })).map(row => row.text)).toEqual(['one', 'two'])
  })

  test('columns without names, or twice of one', async () => {
    const [row] = await read(',text,x,x\n1,a,2,3\n')
    expect(row!.metadata).toEqual({ 1: '1', x: '2', x_4: '3' })
  })

  test('packed and in other encodings', async () => {
    const content = 'id,text\n1,café\n2,naïve\n'
    for (const bytes of [
      gzipSync(content),
      Buffer.from(`\ufeff${content}`, 'utf16le'),
      Buffer.from(content, 'latin1'),
    ]) {
      expect((await read(bytes)).map(row => row.text)).toEqual(['café', 'naïve'])
    }
  })
})

describe('bad rows', () => {
  const content = 'id,text\n1,a\n2,b,c\n3\n4,"d""\n5,e\n6,f\n'

  test('end the reading with their place', async () => {
    await folder.write('x.csv', content)
    const { rows, error } = await readToFault(make())
    expect(rows.map(row => row.id)).toEqual(['1'])
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      'csv: x.csv: row 2, byte 12: expected 2 fields, found 3; set "separator" if it is another, or "onError": "skip"',
    )
    await folder.write('x.csv', 'id,text\n1,"a\n')
    expect(String((await readToFault(make())).error)).toBe(
      'csv: x.csv: row 1, byte 8: a quote is not closed; mend the row, or set "onError": "skip"',
    )
    await folder.write('x.csv', 'id,words\n1,a\n')
    expect(String((await readToFault(make())).error)).toBe(
      'csv: x.csv: row 1, byte 9: expected a column of text, found id, words; set "columns": { "text": "…" }',
    )
  })

  test('or are counted, and reading goes on at the next line', async () => {
    const events: RunEvent[] = []
    await folder.write('x.csv', content)
    const source = make({ onError: 'skip', emit: event => events.push(event) })
    expect((await readAll(source)).map(row => row.id)).toEqual(['1', '5', '6'])
    expect(source.summary!()!.message).toBe('left out 3 bad rows')
    expect(events).toEqual([
      {
        type: 'warning',
        stage: 'csv',
        message: 'x.csv: row 2, byte 12: expected 2 fields, found 3; such rows are left out',
      },
    ])
  })

  test('a quote that swallows too much ends at the limit', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${i},text ${i}\n`)
    await folder.write('x.csv', `id,text\nx,"open\n${lines.join('')}y,"close"\n`)
    const found = await readAll(make({ onError: 'skip', maxRecordBytes: 200 }))
    expect(found).toHaveLength(51)
    const { error } = await readToFault(make({ maxRecordBytes: 200 }))
    expect(String(error)).toBe(
      'csv: x.csv: row 1, byte 8: a record has over 200 bytes; mend the row, or set "onError": "skip"',
    )
  })

  test('a packed file that is cut short gives what is whole', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i},text ${(i * 7919) % 5000}\n`)
    await folder.write('x.csv', gzipSync(`id,text\n${lines.join('')}`).subarray(0, -2000))
    const { rows, error } = await readToFault(make())
    expect(rows.length).toBeGreaterThan(1000)
    expect(error).toBeInstanceOf(DataError)
  })
})

test('resuming after any frame gives the documents that would have followed', async () => {
  const lines = Array.from(
    { length: 30 },
    (_, i) => `${i},"${'whale, ""or\nnot"", é '.repeat(i % 4)}"\n${i % 7 ? '' : '\r\nbad\n'}`,
  )
  const content = `\ufeffid,text\n${lines.join('')}`
  for (const bytes of [Buffer.from(content), gzipSync(content), Buffer.from(content, 'utf16le')]) {
    await folder.write('x.csv', bytes)
    for (const frameBytes of [1, 100]) {
      joined(await expectResumes(make({ onError: 'skip', frameBytes, maxDocumentBytes: 30 })))
    }
  }
})

test(
  `${mutations} mutations give documents or a clear error`,
  async () => {
    const plain = Buffer.from('id,text,url\n1,"a, ""b""\nc",http://a\n2,é,\n\r\n3,"d"x,\r4,e,f\n')
    const variants = [plain, gzipSync(plain), Buffer.from(`\ufeff${plain.toString()}`, 'utf16le')]
    let read = 0
    for (let i = 0; i < mutations; i++) {
      await folder.write('fuzz.csv', mutated(variants[i % 3]!, 'csv', i))
      const source = make({ path: 'fuzz.csv', onError: i & 4 ? 'skip' : 'error', columns: i & 8 ? { text: 'id' } : {} })
      const outcome = await readAll(source).catch((error: unknown) => error)
      if (Array.isArray(outcome)) read++
      else if (!(outcome instanceof SluiceError)) throw new Error(`mutation ${i}`, { cause: outcome })
    }
    expect(read).toBeGreaterThan(mutations * 0.15)
  },
  mutationsTimeout,
)
