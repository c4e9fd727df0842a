import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { DataError, type RunEvent } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined, readAll, readToFault } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { expectResumes } from '../testing/resume.ts'
import {
  articlePage,
  chunked,
  gzipMembersOf,
  httpMessage,
  prose,
  type TestRecord,
  warcRecord,
} from '../testing/warc.ts'
import { news } from './news.ts'
import type { NewsOptions } from './options.ts'

const folder = await testFolder()
const baseDir = folder.path
const info = warcRecord({ type: 'warcinfo', contentType: 'application/warc-fields', block: 'software: ours\r\n' })

async function read(records: (TestRecord | Buffer)[], options: Partial<NewsOptions> = {}) {
  const bytes = records.map(record => (Buffer.isBuffer(record) ? record : warcRecord(record)))
  await folder.write('a.warc', Buffer.concat([info, ...bytes]))
  const events: RunEvent[] = []
  const source = news({ path: 'a.warc', baseDir, emit: event => events.push(event), ...options })
  const rows = await readAll(source)
  return { rows, events, summary: source.summary!()?.message }
}

const page = articlePage('Whale seen', [prose('whale'), prose('ship')])
const article = `${prose('whale')}\n\n${prose('ship')}`

describe('records', () => {
  test('a response: the article, with its provenance', async () => {
    const { rows } = await read([{ id: 'one', url: 'https://example.org/whale', block: httpMessage(page) }])
    expect(rows).toEqual([
      {
        id: '<urn:uuid:one>',
        text: article,
        source: 'news',
        part: 0,
        last: true,
        url: 'https://example.org/whale',
        created: Date.UTC(2024, 3, 25, 16, 27, 48),
        lang: 'en',
        metadata: { title: 'Whale seen' },
      },
    ])
  })

  test('with its title before it, or all of the page', async () => {
    const record = { block: httpMessage(page) }
    expect((await read([record], { titles: true })).rows[0]!.text).toBe(`Whale seen\n\n${article}`)
    const { text } = (await read([record], { content: 'page' })).rows[0]!
    expect(text).toMatch(/^Home\nAll the news\n\nWhale seen\n\nThe whale/)
    expect(text).toMatch(/Imprint, cookies, terms$/)
  })

  test('a conversion is text as it is (WET), a resource may be a page', async () => {
    const { rows } = await read([
      {
        type: 'conversion',
        id: 'c',
        block: 'One.\r\nTwo.\n',
        fields: { 'WARC-Identified-Content-Language': 'eng,deu' },
      },
      { type: 'resource', id: 'r', contentType: 'text/html', block: page },
    ])
    expect(rows.map(row => [row.text, row.metadata])).toEqual([
      ['One.\nTwo.', { languages: 'eng,deu' }],
      [article, { title: 'Whale seen' }],
    ])
  })

  test.each<[string, Record<string, string>, Buffer]>([
    ['chunks', { 'Transfer-Encoding': 'chunked' }, chunked(Buffer.from(page), 100)],
    ['gzip', { 'Content-Encoding': 'gzip' }, gzipSync(page)],
    ['x-gzip in chunks', { 'Transfer-Encoding': 'chunked', 'Content-Encoding': 'x-gzip' }, chunked(gzipSync(page), 7)],
    ['deflate', { 'Content-Encoding': 'deflate' }, deflateSync(page)],
    ['deflate without its frame', { 'Content-Encoding': 'deflate' }, deflateRawSync(page)],
    ['br', { 'Content-Encoding': 'br' }, brotliCompressSync(page)],
    ['gzip twice', { 'Content-Encoding': 'gzip, gzip' }, gzipSync(gzipSync(page))],
    ['chunks that the crawler has joined', { 'Transfer-Encoding': 'chunked' }, Buffer.from(page)],
    ['gzip that the crawler has unpacked', { 'Content-Encoding': 'gzip' }, Buffer.from(page)],
    ['br that the crawler has unpacked', { 'Content-Encoding': 'br' }, Buffer.from(page)],
  ])('a body in %s', async (_, fields, body) => {
    const { rows } = await read([{ block: httpMessage(body, { 'Content-Type': 'text/html', ...fields }) }])
    expect(rows.map(row => row.text)).toEqual([article])
  })

  test('what holds no text is left out, by reason', async () => {
    const { rows, summary } = await read([
      { type: 'request', contentType: 'application/http; msgtype=request', block: 'GET / HTTP/1.1\r\n\r\n' },
      { block: httpMessage(page, { 'Content-Type': 'text/html' }, '404 Not Found') },
      { block: httpMessage('\x89PNG', { 'Content-Type': 'image/png' }) },
      {
        block: httpMessage(gzipSync(Buffer.alloc(5_000_000, ' ')), {
          'Content-Type': 'text/html',
          'Content-Encoding': 'gzip',
        }),
      },
      { block: httpMessage('<html><body><script>1</script></body></html>') },
      { block: httpMessage('<div>'.repeat(3000)) },
      { type: 'conversion', block: 'kept' },
    ])
    expect(rows.map(row => row.text)).toEqual(['kept'])
    expect(summary).toBe(
      'left out 1 response with a status that is not 2xx, 1 record that is no page and no text, 1 page over its limit, ' +
        '1 page without text, 1 page that cannot be parsed',
    )
  })

  test('a text over the limit travels as parts', async () => {
    const text = prose('whale').repeat(20)
    const { rows } = await read([{ type: 'conversion', id: 'x', block: text }], { maxDocumentBytes: 1000 })
    expect(rows.length).toBeGreaterThan(5)
    expect(joined(rows)).toEqual([{ id: '<urn:uuid:x>', text }])
  })
})

describe('broken records', () => {
  const good = (word: string): TestRecord => ({ type: 'conversion', id: word, block: `${word}.` })
  const kinds: [string, Buffer, string][] = [
    ['no length', warcRecord({ ...good('x'), length: 'many' }), 'expected a Content-Length, found "many"'],
    ['too long', warcRecord({ ...good('x'), length: '30' }), 'its Content-Length of 30 does not lead to its end'],
    ['no record', Buffer.from('GARBAGE\r\nof two lines\r\n'), 'expected a record to begin with "WARC/"'],
    ['no HTTP', warcRecord({ block: 'SSH-2.0' }), 'expected an HTTP response'],
  ]
  test.each(kinds)('%s: ends the reading with its place, after what is whole', async (_, broken, message) => {
    await folder.write('b.warc', Buffer.concat([info, warcRecord(good('a')), broken, warcRecord(good('b'))]))
    const { rows, error } = await readToFault(news({ path: 'b.warc', baseDir }))
    expect(rows.map(row => row.text)).toEqual(['a.'])
    expect(error).toBeInstanceOf(DataError)
    const at = info.length + warcRecord(good('a')).length
    expect(String(error)).toBe(`news: b.warc: byte ${at}: ${message}; fetch the file again, or set "onError": "skip"`)
  })

  test.each(kinds)('%s: is skipped, counted and shown', async (_, broken, message) => {
    const { rows, events, summary } = await read([good('a'), broken, good('b')], { onError: 'skip' })
    expect(rows.map(row => row.text)).toEqual(['a.', 'b.'])
    expect(summary).toBe('left out 1 bad record')
    const place = `a.warc: byte ${info.length + warcRecord(good('a')).length}`
    expect(events).toEqual([
      { type: 'warning', stage: 'news', message: `${place}: ${message}; such records are left out` },
    ])
  })

  test('a file cut short gives what is whole, then says so, even when bad records are skipped', async () => {
    const bytes = Buffer.concat([info, warcRecord(good('a')), warcRecord(good('b'))])
    await folder.write('cut.warc', bytes.subarray(0, bytes.length - 5))
    const { rows, error } = await readToFault(news({ path: 'cut.warc', baseDir, onError: 'skip' }))
    expect(rows.map(row => row.text)).toEqual(['a.'])
    expect(String(error)).toBe(
      `news: cut.warc: byte ${info.length + warcRecord(good('a')).length}: the WARC file is cut short: it ends inside a record; ` +
        'fetch the file again and compare its size with the original',
    )
    const packed = gzipMembersOf([info, warcRecord(good('a')), warcRecord(good('b'))])
    await folder.write('cut.warc.gz', packed.subarray(0, packed.length - 15))
    const second = await readToFault(news({ path: 'cut.warc.gz', baseDir, onError: 'skip' }))
    expect(second.rows.map(row => row.text)).toEqual(['a.'])
    expect((second.error as Error).message).toMatch('the gzip data is cut short')
  })

  test('a damaged member costs its record only', async () => {
    const members = [info, ...'abc'.split('').map(word => warcRecord(good(word)))].map(record =>
      gzipMembersOf([record]),
    )
    members[2]![40]! ^= 0x55
    await folder.write('damaged.warc.gz', Buffer.concat(members))
    const { rows, error } = await readToFault(news({ path: 'damaged.warc.gz', baseDir }))
    expect(rows.map(row => row.text)).toEqual(['a.'])
    expect((error as DataError).message).toMatch(/^the gzip data is damaged/)
    expect((error as DataError).place).toBe(`member at byte ${members[0]!.length + members[1]!.length}`)
    const source = news({ path: 'damaged.warc.gz', baseDir, onError: 'skip' })
    expect((await readAll(source)).map(row => row.text)).toEqual(['a.', 'c.'])
    expect(source.summary!()!.message).toBe('left out 1 bad record')
  })

  test('a length that nothing keeps takes no memory', async () => {
    await folder.write(
      'long.warc',
      Buffer.concat([warcRecord(good('a')), warcRecord({ ...good('b'), length: '200000000' })]),
    )
    const before = process.memoryUsage().arrayBuffers
    const { rows } = await readToFault(news({ path: 'long.warc', baseDir }))
    expect(rows).toHaveLength(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
  })
})

test('stopped anywhere, the documents that would have followed follow: plain, one member, a member a record', async () => {
  const record = fc.oneof(
    fc.record({ type: fc.constant('conversion'), block: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
    fc.constantFrom('whale', 'ship').map(word => ({ block: httpMessage(articlePage(word, [prose(word)])) })),
    fc.constant({ type: 'request', block: 'GET / HTTP/1.1\r\n\r\n' }),
    fc.constant({ type: 'conversion', block: 'bad', length: 'x' }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(record, { maxLength: 8 }), { minLength: 1, maxLength: 2 }),
      fc.constantFrom('plain', 'one', 'each'),
      fc.integer({ min: 8, max: 300 }),
      async (files, packing, maxDocumentBytes) => {
        const path = files.map((_, i) => `resume-${i}.warc`)
        for (const [i, records] of files.entries()) {
          const all = [info, warcRecord({ type: 'conversion', block: 'first' }), ...records.map(warcRecord)]
          const bytes =
            packing === 'plain'
              ? Buffer.concat(all)
              : packing === 'one'
                ? gzipSync(Buffer.concat(all))
                : gzipMembersOf(all)
          await folder.write(path[i]!, bytes)
        }
        const rows = await expectResumes(news({ path, baseDir, onError: 'skip', maxDocumentBytes, frameBytes: 1 }))
        joined(rows)
      },
    ),
    { numRuns: 25 },
  )
})
