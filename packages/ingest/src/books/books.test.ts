import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framesOf, joined, positionsOf, readAll, readToFault, rowsOf, textsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { books } from './books.ts'

const folder = await testFolder()
const baseDir = folder.path

const chapter = (name: string) => `${name}\n\nIt was a long day — and nobody\nspoke of the harbour.\n\n\n`
const body = `THE VOYAGE\n\nby A. Nobody\n\n\n${chapter('CHAPTER I. Out')}${chapter('CHAPTER II. Back')}`
const file =
  `The Project Gutenberg EBook of The Voyage, by A. Nobody\n\nTitle: The Voyage\nAuthor: A. Nobody\n` +
  `Release Date: May, 2001 [EBook #99]\nLanguage: English\n\n*** START OF THIS PROJECT GUTENBERG EBOOK THE VOYAGE ***\n\n` +
  `Produced by A. N. Volunteer\n\n\n${body}\n\nEnd of Project Gutenberg's The Voyage\n\n*** END OF THIS PROJECT GUTENBERG EBOOK ***\nTerms\n`

describe('a book', () => {
  test('with its header, in any encoding and packing', async () => {
    const crlf = file.replaceAll('\n', '\r\n')
    const spellings = {
      'utf-8': Buffer.from(file),
      'utf-8, mark, CRLF': Buffer.from(`\ufeff${crlf}`),
      'utf-16': Buffer.from(`\ufeff${crlf}`, 'utf16le'),
      'windows-1252': Buffer.from(crlf.replaceAll('—', '\x97'), 'latin1'),
      gzip: gzipSync(crlf),
    }
    for (const [name, bytes] of Object.entries(spellings)) {
      await folder.write('voyage.txt', bytes)
      expect(await readAll(books({ path: 'voyage.txt', baseDir })), name).toEqual([
        {
          id: 'voyage.txt',
          text: `${body.trimEnd()}\n`,
          source: 'books',
          part: 0,
          last: true,
          url: 'https://www.gutenberg.org/ebooks/99',
          created: null,
          lang: 'en',
          metadata: { title: 'The Voyage', author: 'A. Nobody', language: 'English' },
        },
      ])
    }
  })

  test('by chapters, which joined are the book', async () => {
    await folder.write('voyage.txt', file)
    const rows = await readAll(books({ path: 'voyage.txt', baseDir, chapters: true }))
    expect(rows.map(row => [row.id, row.metadata?.chapter])).toEqual([
      ['voyage.txt#1', undefined],
      ['voyage.txt#2', 'CHAPTER I. Out'],
      ['voyage.txt#3', 'CHAPTER II. Back'],
    ])
    expect(rows.map(row => row.text).join('')).toBe(`${body.trimEnd()}\n`)
    expect(rows[1]!.metadata).toMatchObject({ title: 'The Voyage', author: 'A. Nobody' })
  })

  test('without a header is untouched', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', '\n', 'é', 'CHAPTER I\n', '*** '), minLength: 1 })
    await fc.assert(
      fc.asyncProperty(
        texts.filter(text => text.trim() !== ''),
        fc.boolean(),
        async (text, chapters) => {
          await folder.write('plain.txt', text)
          expect((await textsOf(books({ path: 'plain.txt', baseDir, chapters }))).join('')).toBe(text)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('unwrapped', async () => {
    const wrapped = 'We left the harbour at dawn, and nobody\nwaved as the old ship went out past the\nlight.\n'
    await folder.write('wrapped.txt', wrapped)
    expect(await textsOf(books({ path: 'wrapped.txt', baseDir, unwrap: true }))).toEqual([
      'We left the harbour at dawn, and nobody waved as the old ship went out past the light.\n',
    ])
  })

  test('of nothing but boilerplate is an empty corpus', async () => {
    await folder.write('hollow.txt', file.replace(body, ''))
    const { error } = await readToFault(books({ path: 'hollow.txt', baseDir }))
    expect(String(error)).toBe(
      'books: hollow.txt: there is no document in it: the file has no text; point "path" at files with text in them',
    )
  })
})

describe('a large book', () => {
  const long = Array.from({ length: 40 }, (_, i) => chapter(`CHAPTER ${i + 1}. Day`) + 'word '.repeat(20_000)).join(
    '\n\n\n',
  )
  const large = file.replace(body, () => long)

  test('is one document up to the limit, and parts beyond it', async () => {
    await folder.write('large.txt', large)
    const [whole, ...none] = await readAll(books({ path: 'large.txt', baseDir }))
    expect(none).toEqual([])
    expect(whole!.text === `${long.trimEnd()}\n`).toBe(true)
    const rows = await readAll(books({ path: 'large.txt', baseDir, maxDocumentBytes: 1_000_000 }))
    for (const row of rows) expect(Buffer.byteLength(row.text)).toBeLessThanOrEqual(1_000_000)
    expect(joined(rows)).toEqual([{ id: 'large.txt', text: whole!.text }])
  })

  test('longer than the window for chapters keeps them across its pieces', async () => {
    const three = [1, 2, 3].map(part => `BOOK ${part}\n\n\n${long}\n\n\n`).join('')
    await folder.write('huge.txt', `CHAPTER 0. Before\n\n${'x '.repeat(1000)}\n\n\n${three}`)
    const rows = await readAll(books({ path: 'huge.txt', baseDir, chapters: true }))
    expect(
      rows
        .map(row => row.text)
        .join('')
        .trimEnd(),
    ).toBe(`CHAPTER 0. Before\n\n${'x '.repeat(1000)}\n\n\n${three}`.trimEnd())
    expect(rows).toHaveLength(121)
    expect(rows[1]!.metadata).toEqual({ chapter: 'BOOK 1 / CHAPTER 1. Day' })
  })
})

test('resuming after any frame gives the documents that would have followed', async () => {
  await folder.write('shelf/a.txt', file)
  await folder.write('shelf/b.txt', body)
  await folder.write('shelf/c.txt.gz', gzipSync(file))
  for (const chapters of [false, true]) {
    for (const maxDocumentBytes of [8_000_000, 40]) {
      const source = books({ id: 'shelf', path: 'shelf', baseDir, chapters, maxDocumentBytes, frameBytes: 1 })
      const frames = await framesOf(source)
      const rows = frames.map(rowsOf)
      expect(joined(rows.flat())).toHaveLength(chapters ? 9 : 3)
      for (const [i, position] of positionsOf(frames, 'shelf').entries()) {
        expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
      }
    }
  }
})
