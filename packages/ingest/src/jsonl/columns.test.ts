import { describe, expect, test } from 'vitest'
import { columnReader } from './columns.ts'
import { lookup, without } from './lookup.ts'

const read = columnReader({})

describe('usual names', () => {
  test('of the corpora of the field', () => {
    const created = Date.UTC(2020, 0, 2)
    const records = {
      FineWeb: { text: 'T', id: 'I', dump: 'D', url: 'U', date: '2020-01-02', language: 'en', language_score: 0.9 },
      Dolma: { id: 'I', text: 'T', source: 'S', added: 'A', created: '2020-01-02', metadata: { url: 'x' } },
      'CC-News': { title: 'H', text: 'T', domain: 'D', date: '2020-01-02', description: '', url: 'U', image_url: 'P' },
      C4: { text: 'T', timestamp: '2020-01-02T00:00:00Z', url: 'U' },
      RedPajama: { raw_content: 'T', doc_id: 'I', url: 'U', date_download: 'x' },
      'Reddit comment': { body: 'T', id: 'I', created: 1, created_utc: created / 1000, subreddit: 'r' },
      'Reddit post': { selftext: 'T', title: 'H', id: 'I', url: 'U', created_utc: created / 1000 },
      WikiExtractor: { id: '12', revid: '3', url: 'U', title: 'H', text: 'T' },
      'Common Crawl': {
        'WARC-Record-ID': 'I',
        'WARC-Target-URI': 'U',
        'WARC-Date': '2020-01-02T00:00:00Z',
        content: 'T',
      },
      'a spreadsheet': { ID: 'I', Text: 'T', URL: 'U', Date: '2020-01-02' },
    }
    const found = Object.fromEntries(Object.entries(records).map(([name, record]) => [name, read(record)]))
    for (const [name, { text }] of Object.entries(found)) expect(text, name).toBe('T')
    expect(found.FineWeb).toEqual({
      text: 'T',
      id: 'I',
      row: { url: 'U', created, lang: 'en', metadata: { dump: 'D', language_score: 0.9 } },
    })
    expect(found.Dolma!.row).toEqual({
      url: undefined,
      created,
      lang: undefined,
      metadata: { source: 'S', added: 'A', metadata: { url: 'x' } },
    })
    expect(found['Reddit comment']!.row).toMatchObject({ created, metadata: { subreddit: 'r', created: 1 } })
    expect(found['Common Crawl']).toEqual({
      text: 'T',
      id: 'I',
      row: { url: 'U', created, lang: undefined, metadata: undefined },
    })
    expect(found['a spreadsheet']).toMatchObject({ id: 'I', row: { url: 'U', created } })
  })

  test('the likelier name wins, whatever the order; the other is metadata', () => {
    expect(read({ content: 'C', text: 'T' })).toMatchObject({ text: 'T', row: { metadata: { content: 'C' } } })
    expect(read({ text: 'T', content: 'C' })).toMatchObject({ text: 'T', row: { metadata: { content: 'C' } } })
  })

  test('values of another type than the column are drift, not damage', () => {
    expect(read({ text: 'T', id: 7, date: 'long ago', lang: null, url: ['a'] })).toEqual({
      text: 'T',
      id: '7',
      row: {
        url: undefined,
        created: undefined,
        lang: undefined,
        metadata: { date: 'long ago', lang: null, url: ['a'] },
      },
    })
    expect(read({ text: { en: 'x' }, body: 'B' }).text).toBe('B')
    expect(read({ text: ['one', 'two'] }).text).toBe('one\ntwo')
    expect(read({ text: null }).text).toBe('')
    expect(read({ title: 'H' }).text).toBeUndefined()
    expect(read({ text: 'T', __proto__: null, constructor: 1 }).row.metadata).toEqual({ constructor: 1 })
  })
})

describe('a mapping', () => {
  test('by name and by dotted path', () => {
    const mapped = columnReader({ text: 'story.body', id: 'key', url: 'links.0', created: 'when', lang: 'meta.lang' })
    expect(
      mapped({ story: { body: 'T' }, key: 5, links: ['U'], when: 0, meta: { lang: 'de' }, text: 'other' }),
    ).toEqual({
      text: 'T',
      id: '5',
      row: {
        url: 'U',
        created: 0,
        lang: 'de',
        metadata: { links: ['U'], text: 'other' },
      },
    })
  })

  test('of several columns of text', () => {
    const mapped = columnReader({ text: ['title', 'selftext'] })
    expect(mapped({ title: 'H', selftext: 'T', id: 'I' })).toMatchObject({
      text: 'H\n\nT',
      id: 'I',
      row: { metadata: undefined },
    })
    expect(mapped({ title: 'H', selftext: '' }).text).toBe('H')
    expect(mapped({ title: 'H' }).text).toBe('H')
    expect(mapped({ other: 'x' }).text).toBeUndefined()
  })
})

test('a path finds a key with dots in it before it goes into objects', () => {
  expect(lookup({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(1)
  expect(lookup({ a: [{ b: 2 }] }, 'a.0.b')).toBe(2)
  expect(lookup({ a: 'text' }, 'a.length')).toBeUndefined()
  expect(lookup({}, 'toString')).toBeUndefined()
})

test('what a path leaves of a record', () => {
  expect(without({ a: { b: 1, c: 2 }, d: 3 }, 'a.b')).toEqual({ a: { c: 2 }, d: 3 })
  expect(without({ a: { b: 1 }, d: 3 }, 'a.b')).toEqual({ d: 3 })
  expect(without({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toEqual({ a: { b: 2 } })
  expect(without({ a: [1] }, 'a.0')).toEqual({ a: [1] })
  expect(without({ a: 1 }, 'a.b.c')).toEqual({ a: 1 })
  expect(without({ a: 1 }, 'x')).toEqual({ a: 1 })
})
