import { gzipSync } from 'node:zlib'
import { DataError, documentsSchema, type RunEvent, StateError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framesOf, joined, positionsOf, readAll, readToFault, rowsOf, textsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import type { TextUnit } from './split.ts'
import { text } from './text.ts'

const folder = await testFolder()
const baseDir = folder.path

const newlines = { lf: '\n', crlf: '\r\n', cr: '\r' }
const encoders: Record<string, (text: string) => Buffer> = {
  'utf-8': text => Buffer.from(text),
  'utf-8 with mark': text => Buffer.from(`\ufeff${text}`),
  'utf-16le with mark': text => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be with mark': text => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
}
// No controls but line ends and tabs, which binary data is known by, and no mark at the beginning.
const characters = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', ' ', '\t', '\n', '\n', '\n\n') },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter(c => c >= ' ' && c !== '\ufeff'),
  },
)
const texts = fc.string({ unit: characters, maxLength: 200 })

/** What the documents of a text are, in one line each. */
const expected: Record<TextUnit, (text: string) => string[]> = {
  file: content => (content.trim() === '' ? [] : [content]),
  line: content => content.split('\n').filter(line => line.trim() !== ''),
  paragraph: content =>
    content
      .split(/\n(?:[ \t]*\n)+/)
      .filter(paragraph => paragraph.trim() !== '')
      .map(paragraph => paragraph.replace(/^\n+|\n+$/g, '')),
}

describe('round trips', () => {
  test('text x encoding x line end x gzip x unit', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts.filter(content => content.trim() !== ''),
        fc.constantFrom(...Object.keys(encoders)),
        fc.constantFrom(...Object.values(newlines)),
        fc.boolean(),
        fc.constantFrom<TextUnit>('file', 'line', 'paragraph'),
        async (content, encoding, newline, gzip, documents) => {
          const bytes = encoders[encoding]!(content.replaceAll('\n', newline))
          await folder.write('round.txt', gzip ? gzipSync(bytes) : bytes)
          expect(await textsOf(text({ path: 'round.txt', baseDir, documents }))).toEqual(expected[documents](content))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('Windows-1252 is known by its letters', async () => {
    const content = 'Où est le café ?\r\nSous la tonnelle, près du “lac”.\r\n'
    const bytes = Buffer.from(content.replace('“', '\x93').replace('”', '\x94'), 'latin1')
    await folder.write('cafe.txt', bytes)
    expect(await textsOf(text({ path: 'cafe.txt', baseDir }))).toEqual([content.replaceAll('\r', '')])
  })

  test('long documents travel as parts, and joined are the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts.filter(content => content.trim() !== ''),
        fc.constantFrom<TextUnit>('file', 'line', 'paragraph'),
        fc.integer({ min: 8, max: 60 }),
        async (content, documents, maxDocumentBytes) => {
          await folder.write('parts.txt', content)
          const rows = await readAll(text({ path: 'parts.txt', baseDir, documents, maxDocumentBytes }))
          for (const row of rows) expect(Buffer.byteLength(row.text)).toBeLessThanOrEqual(maxDocumentBytes)
          const found = joined(rows).map(document => document.text)
          // A limit may fall into blanks, which then belong to no document.
          const squeezed = (texts: string[]) => texts.join('').replace(/\s/g, '')
          expect(squeezed(found)).toBe(squeezed([content]))
          if (Buffer.byteLength(content) <= maxDocumentBytes) expect(found).toEqual(expected[documents](content))
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('resuming', () => {
  test('after any frame gives the documents that would have followed', async () => {
    const files = fc.array(texts, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        files.filter(all => all.some(content => content.trim() !== '')),
        fc.constantFrom<TextUnit>('file', 'line', 'paragraph'),
        fc.boolean(),
        fc.integer({ min: 8, max: 60 }),
        async (contents, documents, gzip, maxDocumentBytes) => {
          const path: string[] = []
          for (const [i, content] of contents.entries()) {
            path.push(`resume-${i}.txt`)
            await folder.write(path[i]!, gzip ? gzipSync(content) : content)
          }
          const source = text({ path, baseDir, documents, maxDocumentBytes, frameBytes: 1 })
          const frames = await framesOf(source)
          const rows = frames.map(rowsOf)
          for (const [i, position] of positionsOf(frames, 'text').entries()) {
            expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('in a large file seeks, and in a large gzip skips', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} — ${'word '.repeat(i % 9)}end`)
    const content = lines.join('\n')
    for (const [name, bytes] of Object.entries({ 'large.txt': content, 'large.txt.gz': gzipSync(content) })) {
      await folder.write(name, bytes)
      const source = text({ id: 'large', path: name, baseDir, documents: 'line' })
      const frames = await framesOf(source)
      expect(frames.length).toBeGreaterThan(1)
      expect(frames.flatMap(rowsOf).map(row => row.text)).toEqual(lines)
      const [first] = positionsOf(frames, 'large')
      const rest = await framesOf(source, first)
      expect(rest.map(frame => frame.cursor)).toEqual(frames.slice(1).map(frame => frame.cursor))
      expect(rest.flatMap(rowsOf)).toEqual(frames.slice(1).flatMap(rowsOf))
    }
  })

  test('from a file that is no longer there is a state error', async () => {
    await folder.write('here.txt', 'here')
    const source = text({ path: 'here.txt', baseDir })
    const error = await readAll(source, { file: 'gone.txt', done: true }).catch(caught => caught)
    expect(error).toBeInstanceOf(StateError)
    expect(String(error)).toBe(
      'text: the run stood in "gone.txt", which is no longer among the 1 files; put the file back where it was, or start a new run',
    )
  })
})

describe('documents', () => {
  test('rows', async () => {
    await folder.write('two/a.txt', 'first\n\nsecond\nstill\n')
    await folder.write('two/b.md', 'third')
    const source = text({ id: 'notes', path: 'two', baseDir, documents: 'paragraph' })
    expect(source.schema).toBe(documentsSchema)
    expect(source.replayable).toBe(true)
    const rest = { source: 'notes', part: 0, last: true, url: null, created: null, lang: null, metadata: null }
    expect(await readAll(source)).toEqual([
      { id: 'two/a.txt#1', text: 'first', ...rest },
      { id: 'two/a.txt#2', text: 'second\nstill', ...rest },
      { id: 'two/b.md#1', text: 'third', ...rest },
    ])
    expect((await readAll(text({ path: 'two', baseDir }))).map(row => row.id)).toEqual(['two/a.txt', 'two/b.md'])
  })

  test('many small files share a frame; frames stay near 1 MiB', async () => {
    for (let i = 0; i < 40; i++) await folder.write(`many/${i}.txt`, `${i} `.repeat(20_000))
    const frames = await framesOf(text({ path: 'many', baseDir }))
    expect(frames.flatMap(rowsOf)).toHaveLength(40)
    expect(frames.length).toBeLessThan(6)
    for (const { batch } of frames) expect(batch.data.byteLength).toBeLessThan(1.1 * 1024 * 1024)
  })

  test('bytes that are not UTF-8 become U+FFFD, with one warning', async () => {
    const events: RunEvent[] = []
    await folder.write('broken.txt', Buffer.concat([Buffer.from('déjà '.repeat(30)), Buffer.from([0xff, 0x20, 0xfe])]))
    const source = text({ path: 'broken.txt', baseDir, emit: event => events.push(event) })
    expect((await textsOf(source))[0]).toMatch(/ \ufffd \ufffd$/)
    await textsOf(source)
    expect(events).toEqual([
      {
        type: 'warning',
        stage: 'text',
        message: 'broken.txt: byte 210: not valid UTF-8; such bytes become U+FFFD, or set "encoding"',
      },
    ])
  })

  test('no text at all', async () => {
    await folder.write('blank/a.txt', '')
    await folder.write('blank/b.txt', '\r\n \n')
    const one = (await readToFault(text({ path: 'blank/a.txt', baseDir }))).error
    expect(one).toBeInstanceOf(DataError)
    expect(String(one)).toBe(
      'text: blank/a.txt: there is no document in it: the file has no text; point "path" at files with text in them',
    )
    const both = (await readToFault(text({ id: 'notes', path: ['blank'], baseDir }))).error
    expect(String(both)).toBe(
      'notes: blank: there is no document in it: none of its 2 files has text; point "path" at files with text in them',
    )
  })

  test('a file cut short gives its whole lines first', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`)
    const packed = gzipSync(lines.join('\n'))
    await folder.write('short.gz', packed.subarray(0, packed.length - 100))
    const { rows, error } = await readToFault(text({ path: 'short.gz', baseDir, documents: 'line' }))
    expect(rows.length).toBeGreaterThan(4000)
    expect(rows.map(row => row.text)).toEqual(lines.slice(0, rows.length))
    expect(String(error)).toMatch(/^text: short\.gz: byte \d+: the gzip data is cut short/)
  })

  test('an abort ends it quietly', async () => {
    await folder.write('long.txt', 'line\n'.repeat(500_000))
    const stop = new AbortController()
    let frames = 0
    for await (const _ of text({ path: 'long.txt', baseDir, documents: 'line' }).read(undefined, stop.signal)) {
      frames++
      stop.abort()
    }
    expect(frames).toBe(1)
    for await (const _ of text({ path: 'long.txt', baseDir }).read(undefined, stop.signal)) frames++
    expect(frames).toBe(1)
  })
})
