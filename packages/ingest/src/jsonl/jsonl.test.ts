import { gzipSync } from 'node:zlib'
import { DataError, type RunEvent } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framesOf, joined, positionsOf, readAll, readToFault, rowsOf, textsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { jsonl } from './jsonl.ts'

const folder = await testFolder()
const baseDir = folder.path

const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const record = fc.record({ text: anyText, id: fc.option(anyText, { nil: undefined }), meta: fc.json() })

describe('records', () => {
  test('round trip: any text x line end x mark x gzip', async () => {
    const ends = fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\n')
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 30 }).filter(all => all.some(({ text }) => text !== '')),
        ends,
        fc.constantFrom('', '\ufeff'),
        fc.boolean(),
        async (records, end, mark, gzip) => {
          const content = mark + records.map(item => JSON.stringify(item)).join(end)
          await folder.write('round.jsonl', gzip ? gzipSync(content) : content)
          const rows = await readAll(jsonl({ path: 'round.jsonl', baseDir }))
          const kept = records.filter(({ text }) => text !== '')
          expect(rows.map(row => row.text)).toEqual(kept.map(({ text }) => wellFormed(text)))
          expect(rows.map(row => row.metadata)).toEqual(kept.map(({ meta }) => ({ meta })))
          for (const [i, { id }] of kept.entries()) {
            if (id !== undefined) expect(rows[i]!.id).toBe(wellFormed(id))
            else expect(rows[i]!.id).toMatch(/^round\.jsonl#\d+$/)
          }
        },
      ),
      { numRuns: 120 },
    )
  })

  test('rows', async () => {
    await folder.write('a.jsonl', '{"id":3,"text":"one","lang":"en","date":"2020-01-02","score":1}\n\n{"body":"two"}\n')
    expect(await readAll(jsonl({ id: 'web', path: 'a.jsonl', baseDir }))).toEqual([
      {
        id: '3',
        text: 'one',
        source: 'web',
        part: 0,
        last: true,
        url: null,
        created: Date.UTC(2020, 0, 2),
        lang: 'en',
        metadata: { score: 1 },
      },
      {
        id: 'a.jsonl#3',
        text: 'two',
        source: 'web',
        part: 0,
        last: true,
        url: null,
        created: null,
        lang: null,
        metadata: null,
      },
    ])
  })

  test('UTF-16 and lines of many megabytes', async () => {
    const long = 'long '.repeat(2_000_000)
    const content = [{ text: 'short' }, { text: long }, { text: 'after' }]
      .map(item => `${JSON.stringify(item)}\n`)
      .join('')
    await folder.write('long.jsonl', content)
    const rows = await readAll(jsonl({ path: 'long.jsonl', baseDir }))
    const documents = joined(rows)
    expect(documents.map(document => document.text.length)).toEqual([5, long.length, 5])
    expect(documents[1]!.text === long).toBe(true)
    for (const row of rows) expect(row.text.length).toBeLessThanOrEqual(8 * 1024 * 1024)
    await folder.write('wide.jsonl', Buffer.from(`\ufeff${'{"text":"学而"}\r\n'.repeat(3)}`, 'utf16le'))
    expect(await textsOf(jsonl({ path: 'wide.jsonl', baseDir }))).toEqual(['学而', '学而', '学而'])
  })
})

describe('resuming', () => {
  test('after any frame gives the documents that would have followed', async () => {
    const lines = fc.array(
      fc.oneof(
        record.map(item => JSON.stringify(item)),
        fc.constantFrom('', '{"text":""}', 'bad', '{}'),
      ),
      {
        minLength: 1,
        maxLength: 25,
      },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(lines, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 40, max: 400 }),
        async (files, gzip, maxDocumentBytes, maxLineBytes) => {
          const path = files.map((_, i) => `resume-${i}.jsonl`)
          for (const [i, file] of files.entries()) {
            const content = `${i === 0 ? '{"text":"first"}\n' : ''}${file.join('\n')}`
            await folder.write(path[i]!, gzip ? gzipSync(content) : content)
          }
          const source = jsonl({ path, baseDir, onError: 'skip', maxDocumentBytes, maxLineBytes, frameBytes: 1 })
          const frames = await framesOf(source)
          const rows = frames.map(rowsOf)
          joined(rows.flat())
          for (const [i, position] of positionsOf(frames, 'jsonl').entries()) {
            expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('in a large file seeks: what is before the position may be gone', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ text: `n° ${i} ${'x'.repeat(50)}` }))
    const content = Buffer.from(lines.join('\n'))
    await folder.write('seek.jsonl', content)
    const source = jsonl({ path: 'seek.jsonl', baseDir })
    const frames = await framesOf(source)
    const [first] = positionsOf(frames, 'jsonl') as [{ at: { byte: number; line: number } }]
    await folder.write('seek.jsonl', Buffer.concat([Buffer.alloc(first.at.byte, ' '), content.subarray(first.at.byte)]))
    const rest = await framesOf(source, first)
    expect(rest.map(frame => frame.cursor)).toEqual(frames.slice(1).map(frame => frame.cursor))
    expect(rest.flatMap(rowsOf)).toEqual(frames.slice(1).flatMap(rowsOf))
  })
})

describe('bad lines', () => {
  const fault = async (content: string | Uint8Array, options: object = {}) => {
    await folder.write('bad.jsonl', content)
    return readToFault(jsonl({ path: 'bad.jsonl', baseDir, ...options }))
  }

  test('end the reading with file, line and byte, after what is before them', async () => {
    const { rows, error } = await fault('\ufeff{"text":"é"}\n\n{"text": oops}\n{"text":"two"}\n')
    expect(rows.map(row => row.text)).toEqual(['é'])
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      'jsonl: bad.jsonl: line 3, byte 18: expected a JSON object, found {"text": oops}; mend the line, or set "onError": "skip"',
    )
    expect((error as DataError).cause).toBeInstanceOf(SyntaxError)
  })

  test('that are JSON of another shape, or have no text', async () => {
    const message = async (content: string, options?: object) => String((await fault(content, options)).error)
    expect(await message('{"text":"a"}\n"b"\n')).toBe(
      'jsonl: bad.jsonl: line 2, byte 13: expected a JSON object, found a string; mend the line, or set "onError": "skip"',
    )
    expect(await message('[{"text":"a"},\n{"text":"b"}]')).toBe(
      'jsonl: bad.jsonl: line 1, byte 0: expected a JSON object, found [{"text":"a"},; ' +
        'for a file that is one JSON array: read it with "use": "files"',
    )
    expect(await message('{\n  "text": "a"\n}')).toBe(
      'jsonl: bad.jsonl: line 1, byte 0: expected a JSON object, found {; ' +
        'for a file of indented JSON: make it one object a line (jq -c .)',
    )
    expect(await message('{"title":"a","words":3}\n')).toBe(
      'jsonl: bad.jsonl: line 1, byte 0: expected a column of text, found title, words; set "columns": { "text": "…" }',
    )
    expect(await message('{"text":"a"}', { columns: { text: 'story.body' } })).toBe(
      'jsonl: bad.jsonl: line 1, byte 0: expected text in story.body, found text; set "columns": { "text": "…" }',
    )
    expect(await message(`{"text":"${'x'.repeat(100)}"}`, { maxLineBytes: 50 })).toBe(
      'jsonl: bad.jsonl: line 1, byte 0: expected a line of at most 50 bytes; mend the line, or set "onError": "skip"',
    )
  })

  test('are left out, counted, and the first is shown', async () => {
    const events: RunEvent[] = []
    await folder.write('skip.jsonl', '{"text":"a"}\nbad\n{"text":""}\nworse\n[]\n{"text":"b"}')
    const source = jsonl({ path: 'skip.jsonl', baseDir, onError: 'skip', emit: event => events.push(event) })
    expect(source.summary!()).toBeUndefined()
    expect(await textsOf(source)).toEqual(['a', 'b'])
    expect(await textsOf(source)).toEqual(['a', 'b'])
    expect(events).toEqual([
      {
        type: 'warning',
        stage: 'jsonl',
        message: 'skip.jsonl: line 2, byte 13: expected a JSON object, found bad; such lines are left out',
      },
    ])
    const { message, values } = source.summary!()!
    expect(message).toBe('left out 3 bad lines, 1 record without text')
    expect(values).toEqual({ 'bad lines': 3, 'records without text': 1 })
  })

  test('that are too deep for what reads them by recursion', async () => {
    const deep = (levels: number): string => `{"text":"a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
    for (const columns of [{}, { text: ['text', 'title'] }]) {
      await folder.write('deep.jsonl', `${deep(999)}\n${deep(1000)}\n${deep(500_000)}\n{"text":"b"}\n`)
      const source = jsonl({ path: 'deep.jsonl', baseDir, onError: 'skip', columns })
      expect(await textsOf(source)).toEqual(['a', 'b'])
      expect(source.summary!()!.message).toBe('left out 2 bad lines')
      const { error } = await readToFault(jsonl({ path: 'deep.jsonl', baseDir, columns }))
      expect(String(error)).toBe(
        'jsonl: deep.jsonl: line 2, byte 2016: expected values at most 1000 levels deep; mend the line, or set "onError": "skip"',
      )
    }
  })

  test('that are too long are passed over to their end', async () => {
    const content = `{"text":"a"}\n{"text":"${'x'.repeat(1000)}"}\n{"text":"b"}\n${'y'.repeat(500)}`
    await folder.write('endless.jsonl', content)
    expect(await textsOf(jsonl({ path: 'endless.jsonl', baseDir, onError: 'skip', maxLineBytes: 60 }))).toEqual([
      'a',
      'b',
    ])
  })

  test('and nothing else is an empty corpus', async () => {
    const { error } = await fault('bad\nbad\n', { onError: 'skip' })
    expect(String(error)).toBe(
      'jsonl: bad.jsonl: there is no document in it: left out 2 bad lines; point "path" at files with text in them',
    )
  })

  test('any bytes at all give documents or a clear error', async () => {
    const start = Buffer.from('{"text":"a"}\n{"text":"b","id":"x"}\n{"text":"ünï"}\n'.repeat(4))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(start.length),
        fc.boolean(),
        async (changes, length, gzip) => {
          const bytes = gzip ? gzipSync(start) : Buffer.from(start)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          await folder.write('fuzz.jsonl', bytes.subarray(0, length))
          const reading = readAll(jsonl({ path: 'fuzz.jsonl', baseDir, onError: 'skip' }))
          const outcome = await reading.catch((error: unknown) => error)
          if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DataError)
        },
      ),
      { numRuns: 120 },
    )
  })
})

/** Lone surrogates as U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
