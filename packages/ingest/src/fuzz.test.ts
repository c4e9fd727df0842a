import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { SluiceError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { books } from './books/books.ts'
import { jsonl } from './jsonl/jsonl.ts'
import { news } from './news/news.ts'
import { social } from './social/social.ts'
import { tar, zip } from './testing/archives.ts'
import { rowsOf } from './testing/documents.ts'
import { testFolder } from './testing/folder.ts'
import { mutated } from './testing/mutate.ts'
import { mutations, mutationsTimeout } from './testing/mutations.ts'
import { articlePage, chunked, gzipMembersOf, httpMessage, prose, warcRecord } from './testing/warc.ts'
import { text } from './text/text.ts'

const folder = await testFolder()
const baseDir = folder.path

const page = articlePage('Whale seen', [prose('whale'), 'R&amp;D &lt;br&gt; caf&eacute;', prose('ship')])
const records = [
  warcRecord({ type: 'warcinfo', block: 'software: ours\r\n' }),
  warcRecord({ type: 'conversion', id: 'a', url: 'https://a.example/', block: 'Plain text, in two\nlines.' }),
  warcRecord({
    id: 'b',
    block: httpMessage(chunked(gzipSync('<p>Packed</p>'), 9), {
      'Content-Type': 'text/html',
      'Transfer-Encoding': 'chunked',
      'Content-Encoding': 'gzip',
    }),
  }),
  warcRecord({ id: 'c', block: httpMessage('<p>Caf\u00e9</p>', { 'Content-Type': 'text/html; charset=latin1' }) }),
]
const rss =
  '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">' +
  '<channel><title>T</title><link>http://a.example</link><item><guid>1</guid><title>One</title><pubDate>Tue, 23 Apr 2024 12:58:32 +0200</pubDate>' +
  '<content:encoded><![CDATA[<p>The caf&eacute;</p>]]></content:encoded></item><item><description>&lt;b&gt;Two&lt;/b&gt;</description></item></channel></rss>'
const atom =
  '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>A</title><entry><id>1</id><title type="html">x</title><link href="/a"/>' +
  '<author><name>N</name></author><updated>2005-08-01T00:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p></div></content></entry></feed>'
const reddit = [
  { id: 'p', title: 'Title', selftext: '**Text** [a](http://b)', subreddit: 's', created_utc: 1 },
  { id: 'c', body: 'Body &gt; u/name', link_id: 't3_p', parent_id: 't3_p', created_utc: 2 },
]
const ndjson = reddit.map(record => `${JSON.stringify(record)}\n`).join('')
const outbox = JSON.stringify({
  '@context': 'https://www.w3.org/ns/activitystreams',
  type: 'OrderedCollection',
  orderedItems: [
    {
      type: 'Create',
      object: {
        id: 'https://a.example/users/n/1',
        type: 'Note',
        to: 'as:Public',
        content: '<p>One @n</p>',
        contentMap: { en: '<p>One</p>' },
      },
    },
    { type: 'Announce' },
  ],
})
const epub = zip({
  mimetype: 'application/epub+zip',
  'META-INF/container.xml': '<container><rootfiles><rootfile full-path="a/b.opf"/></rootfiles></container>',
  'a/b.opf':
    '<package><metadata><title>T</title></metadata><manifest><item id="n" href="n.xhtml" properties="nav"/><item id="x" href="x%20y.html" media-type="text/html"/>' +
    '</manifest><spine><itemref idref="x"/></spine></package>',
  'a/n.xhtml': '<nav><a href="x%20y.html">One</a></nav>',
  'a/x y.html': '<html><title/><p>Call me <i>Ishmael</i>.</p></html>',
})

const gutenberg =
  'The Project Gutenberg EBook of Whales, by N. N.\r\n\r\nTitle: Whales\r\nAuthor: N. N.\r\nLanguage: English\r\n\r\n' +
  '*** START OF THIS PROJECT GUTENBERG EBOOK WHALES ***\r\n\r\nProduced by Nobody\r\n\r\nCONTENTS\r\n\r\nCHAPTER I. One\r\nCHAPTER II. Two\r\n\r\n' +
  `CHAPTER I. One\r\n\r\n${prose('whale')}\r\n\r\nCHAPTER II. Two\r\n\r\n${prose('ship')}\r\n\r\n*** END OF THIS PROJECT GUTENBERG EBOOK WHALES ***\r\nThe licence.\r\n`
const columns = [
  {
    id: 'a',
    text: 'Call me "Ishmael".\n\ud83d\udc33',
    url: 'https://a.example/',
    created: '2024-01-01T00:00:00Z',
    x: { y: [1, null] },
  },
  {
    title: 'Whale seen',
    text: 'At sea.',
    domain: 'a.example',
    date: '2020-01-01',
    description: 'D',
    url: 'https://a.example/1',
  },
  { content: 'other columns', meta: { text: 'inside' } },
]
const objects = Buffer.from(columns.map(record => `${JSON.stringify(record)}\n`).join(''))
const bzip2 = Buffer.from(
  JSON.parse(readFileSync(new URL('./wiki/golden/fixture.json', import.meta.url), 'utf8')).streams,
  'base64',
)

type Make = (path: string) => ReturnType<typeof news>
const asNews: Make = path => news({ path, baseDir, onError: 'skip', maxPageBytes: 100_000 })
const asSocial: Make = path => social({ path, baseDir, onError: 'skip' })
const asThreads: Make = path => social({ path, baseDir, onError: 'skip', threads: true })
const asBooks: Make = path => books({ path, baseDir, chapters: true })

const asGutenberg: Make = path => books({ path, baseDir, chapters: true, unwrap: true })
const asJsonl: Make = path => jsonl({ path, baseDir, onError: 'skip' })
const asLines: Make = path => text({ path, baseDir, documents: 'line' })

type Variant = readonly [Uint8Array, Make]

test.each<[string, readonly Variant[]]>([
  [
    'warc',
    [
      [Buffer.concat(records), asNews],
      [gzipMembersOf(records), asNews],
      [gzipSync(Buffer.concat(records)), asNews],
    ],
  ],
  ['html', [[Buffer.from(page), asNews]]],
  [
    'feed',
    [
      [Buffer.from(rss), asNews],
      [Buffer.from(`\ufeff${rss}`, 'utf16le'), asNews],
      [Buffer.from(atom), asNews],
    ],
  ],
  [
    'reddit',
    [
      [Buffer.from(ndjson), asSocial],
      [Buffer.from(ndjson), asThreads],
    ],
  ],
  [
    'outbox',
    [
      [Buffer.from(outbox), asSocial],
      [gzipSync(tar({ 'outbox.json': outbox })), asSocial],
      [zip({ 'outbox.json': outbox }), asSocial],
    ],
  ],
  ['epub', [[epub, asBooks]]],
  [
    'gutenberg',
    [
      [Buffer.from(gutenberg), asGutenberg],
      [Buffer.from(`\ufeff${gutenberg}`, 'utf16le'), asGutenberg],
      [gzipSync(gutenberg), asGutenberg],
    ],
  ],
  [
    'jsonl',
    [
      [objects, asJsonl],
      [Buffer.from(`\ufeff${objects}`, 'utf16le'), asJsonl],
      [gzipSync(objects), asJsonl],
    ],
  ],
  ['cc-news', [[objects, asNews]]],
  [
    'text',
    [
      [Buffer.from(gutenberg), asLines],
      [Buffer.from(prose('caf\u00e9').repeat(3), 'latin1'), asLines],
      [bzip2.subarray(0, 3200), asLines],
    ],
  ],
])(
  `%s, changed ${mutations} times: documents, or a clear error`,
  async (name, variants) => {
    const path = `fuzz-${name}`
    let read = 0
    let failed = 0
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < mutations; i++) {
      const [bytes, make] = variants[i % variants.length]!
      await folder.write(path, mutated(bytes, name, i))
      try {
        for await (const frame of make(path).read(undefined, new AbortController().signal)) {
          for (const row of rowsOf(frame)) expect(row.id).toBeTypeOf('string')
        }
        read++
      } catch (error) {
        if (!(error instanceof SluiceError)) throw new Error(`mutation ${i} of ${name}`, { cause: error })
        expect(error.message).not.toBe('')
        expect(error.file ?? error.place).toBeDefined()
        failed++
      }
    }
    expect(read + failed).toBe(mutations)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000)
  },
  mutationsTimeout,
)
