import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined, readAll, readToFault } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { expectResumes } from '../testing/resume.ts'
import { news } from './news.ts'

const folder = await testFolder()
const baseDir = folder.path
const feeds = fileURLToPath(new URL('../feeds/', import.meta.url))

interface Golden {
  id: string | null
  link: string | null
  title: string
  created: number | null
  author: string | null
  words: string
}

const golden = JSON.parse(readFileSync(`${feeds}golden/feeds.json`, 'utf8')) as Record<string, Golden[]>
const words = (text: unknown): string => (String(text ?? '').match(/[\p{L}\p{N}_]+/gu) ?? []).join(' ')

test.each(Object.entries(golden))('%s: what feedparser reads in it', async (name, entries) => {
  const rows = await readAll(news({ path: `fixtures/${name}`, baseDir: feeds }))
  const found = rows.map(row => ({
    id: row.id,
    link: row.url,
    title: words(row.metadata?.title),
    created: row.created === null ? null : Math.floor(row.created / 1000),
    author: row.metadata?.author ?? null,
    words: words(row.text),
  }))
  const expected = entries.map((entry, i) => ({
    ...entry,
    id: entry.id ?? entry.link ?? `fixtures/${name}#${i + 1}`,
    title: words(entry.title),
  }))
  expect(found).toEqual(expected)
})

describe('rows', () => {
  test('RSS 2.0', async () => {
    const [row] = await readAll(news({ path: 'fixtures/rss-2.0.xml', baseDir: feeds }))
    expect(row).toEqual({
      id: 'tag:two.example,2024:1',
      text: 'The café has chowder,\nclam or cod.\n\nclam\ncod',
      source: 'news',
      part: 0,
      last: true,
      url: 'http://two.example/cafe',
      created: Date.UTC(2024, 3, 23, 10, 58, 32),
      lang: 'en-US',
      metadata: {
        title: 'Café “Nantucket” opens',
        author: 'Q. Queequeg',
        categories: ['food', 'harbour'],
        feed: 'Second edition',
      },
    })
  })

  test('Atom 1.0', async () => {
    const rows = await readAll(news({ path: 'fixtures/atom-1.0.xml', baseDir: feeds, titles: true }))
    expect(rows.map(row => [row.text, row.lang])).toEqual([
      ['Wale & Schiffe\n\nLang & breit.', 'de'],
      ['In XHTML\n\nA rose & a whale.\n\nTwo.', 'en'],
      ['Plain\n\n1 < 2 & 3 > 2', 'en'],
    ])
  })
})

const rss = (items: string, before = ''): string =>
  `<?xml version="1.0"?>${before}<rss version="2.0"><channel><title>T</title>${items}</channel></rss>`
const item = (text: string): string => `<item><description>${text}</description></item>`

describe('hostile and broken feeds', () => {
  test('no entity is expanded, from inside or outside', async () => {
    const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
    const doctype = `<!DOCTYPE rss [<!ENTITY l0 "lol"><!ENTITY file SYSTEM "file:///etc/passwd">${lol}]>`
    await folder.write('bomb.xml', rss(item('&l9; &file; end'), doctype))
    const [row] = await readAll(news({ path: 'bomb.xml', baseDir }))
    expect(row!.text).toBe('&l9; &file; end')
  })

  test('elements without end', async () => {
    await folder.write('deep.xml', rss(`<item><description>${'<a>'.repeat(100_000)}`))
    const { error } = await readToFault(news({ path: 'deep.xml', baseDir }))
    expect(String(error)).toBe('news: deep.xml: item 1: elements nest deeper than 512; leave the file out')
  })

  test('an item over the limit', async () => {
    await folder.write('large.xml', rss(item('one') + item('x'.repeat(5000)) + item('two')))
    const source = news({ path: 'large.xml', baseDir, maxRecordBytes: 1000, onError: 'skip' })
    expect((await readAll(source)).map(row => row.text)).toEqual(['one', 'two'])
    const { rows, error } = await readToFault(news({ path: 'large.xml', baseDir, maxRecordBytes: 1000 }))
    expect(rows.map(row => row.text)).toEqual(['one'])
    expect(String(error)).toBe(
      'news: large.xml: item 2: expected an item of at most 1000 characters; mend the file, or set "onError": "skip"',
    )
  })

  test('a feed cut short gives the items that are whole, then says so', async () => {
    const whole = rss(item('one') + item('two') + item('three'))
    await folder.write('cut.xml', whole.slice(0, whole.indexOf('three') + 2))
    const { rows, error } = await readToFault(news({ path: 'cut.xml', baseDir }))
    expect(rows.map(row => row.text)).toEqual(['one', 'two'])
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      'news: cut.xml: item 3: the feed is cut short: it ends inside an item; fetch the file again',
    )
  })

  test('what is no feed', async () => {
    await folder.write('no.xml', '<?xml version="1.0"?><svg><title>x</title></svg>')
    await expect(readAll(news({ path: 'no.xml', baseDir, format: 'feed' }))).rejects.toThrow(
      'expected <rss>, <rdf:RDF> or <feed>, found <svg>',
    )
    await folder.write('wiki.xml', '<?xml version="1.0"?>\n<mediawiki xml:lang="en"><page/></mediawiki>')
    await expect(readAll(news({ path: 'wiki.xml', baseDir }))).rejects.toThrow('it is an export of MediaWiki')
    await folder.write('no.txt', 'plain words')
    await expect(readAll(news({ path: 'no.txt', baseDir }))).rejects.toThrow(
      'it is neither a WARC, a feed, JSON Lines nor a web page',
    )
  })

  test('faults of form do not end it', async () => {
    await folder.write(
      'form.xml',
      rss(`<item><title>a & b</title><description>R&D <br> ok</description></item>${item('two')}`),
    )
    expect((await readAll(news({ path: 'form.xml', baseDir }))).map(row => row.text)).toEqual(['R&D ok', 'two'])
  })
})

test('stopped anywhere, the documents that would have followed follow', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '一', '🐋', '&lt;p&gt;', '\n'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 12 }),
      fc.boolean(),
      fc.integer({ min: 8, max: 60 }),
      async (texts, gzip, maxDocumentBytes) => {
        const content = rss([item('first'), ...texts.map(item)].join(''))
        await folder.write('resume.xml', gzip ? gzipSync(content) : content)
        joined(await expectResumes(news({ path: 'resume.xml', baseDir, maxDocumentBytes, frameBytes: 1 })))
      },
    ),
    { numRuns: 30 },
  )
})
