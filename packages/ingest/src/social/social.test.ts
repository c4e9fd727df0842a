import { gzipSync } from 'node:zlib'
import type { RunEvent } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tar, zip } from '../testing/archives.ts'
import { joined, readAll, readToFault } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { expectResumes } from '../testing/resume.ts'
import type { SocialOptions } from './options.ts'
import { social } from './social.ts'

const folder = await testFolder()
const baseDir = folder.path

const comment = (id: string, body: string, more: object = {}) => ({
  id,
  body,
  author: 'ahab',
  subreddit: 'whales',
  link_id: 't3_post',
  parent_id: 't3_post',
  created_utc: 1_349_152_512,
  ...more,
})
const post = (id: string, title: string, selftext: string, more: object = {}) => ({
  id,
  title,
  selftext,
  author: 'ishmael',
  subreddit: 'whales',
  is_self: true,
  created_utc: 1_349_152_500,
  permalink: `/r/whales/comments/${id}/x/`,
  ...more,
})
const lines = (records: readonly unknown[]): string => records.map(record => `${JSON.stringify(record)}\n`).join('')
const note = (number: number, content: string, more: object = {}) => ({
  id: `https://sea.example/users/ahab/statuses/${number}/activity`,
  type: 'Create',
  to: ['https://www.w3.org/ns/activitystreams#Public'],
  object: {
    id: `https://sea.example/users/ahab/statuses/${number}`,
    url: `https://sea.example/@ahab/${number}`,
    type: 'Note',
    published: '2024-03-05T08:00:00Z',
    attributedTo: 'https://sea.example/users/ahab',
    to: ['https://www.w3.org/ns/activitystreams#Public'],
    content,
    contentMap: { en: content },
    ...more,
  },
})
const outbox = (items: readonly unknown[]) => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  id: 'outbox.json',
  type: 'OrderedCollection',
  totalItems: items.length,
  orderedItems: items,
})

async function read(name: string, content: string | Uint8Array, options: Partial<SocialOptions> = {}) {
  await folder.write(name, content)
  const events: RunEvent[] = []
  const source = social({ path: name, baseDir, emit: event => events.push(event), ...options })
  const rows = await readAll(source)
  return { rows, events, summary: source.summary!()?.message }
}

describe('Reddit', () => {
  test('comments and posts', async () => {
    const { rows } = await read('a.jsonl', lines([post('post', 'A &amp; B', 'Text.'), comment('c1', 'One &gt; two')]))
    expect(rows).toEqual([
      {
        id: 'post',
        text: 'A & B\n\nText.',
        source: 'social',
        part: 0,
        last: true,
        url: 'https://www.reddit.com/r/whales/comments/post/x/',
        created: 1_349_152_500_000,
        lang: null,
        metadata: { subreddit: 'whales', title: 'A &amp; B' },
      },
      {
        id: 'c1',
        text: 'One > two',
        source: 'social',
        part: 0,
        last: true,
        url: null,
        created: 1_349_152_512_000,
        lang: null,
        metadata: { subreddit: 'whales', thread: 'post', parent: 'post' },
      },
    ])
  })

  test('what is gone is left out, by reason', async () => {
    const gone = [
      comment('d', '[deleted]'),
      comment('r', '[removed]'),
      post('p', 'Title', '[deleted]'),
      post('q', 'Title', 'still there', { removed_by_category: 'moderator' }),
      post('s', '[deleted by user]', ''),
      comment('e', '&#x200B;'),
    ]
    const { rows, summary } = await read('gone.jsonl', lines([comment('k', 'kept'), ...gone]))
    expect(rows.map(row => row.text)).toEqual(['kept'])
    expect(summary).toBe(
      'left out 3 posts that their authors have deleted, 2 posts that were removed, 1 post without text',
    )
  })

  test('users and links: masked, kept, dropped', async () => {
    const content = lines([
      comment('c', 'Ask u/queequeg or /u/star_buck at https://a.example/x?y=1. (Mail a@b.example)'),
    ])
    const text = async (options: Partial<SocialOptions>) => (await read('m.jsonl', content, options)).rows[0]!
    expect((await text({})).text).toBe('Ask u/user or u/user at https://a.example/x?y=1. (Mail a@b.example)')
    const kept = await text({ users: 'keep', links: 'mask' })
    expect(kept.text).toBe('Ask u/queequeg or /u/star_buck at [link]. (Mail a@b.example)')
    expect(kept.metadata?.author).toBe('ahab')
    expect((await text({ links: 'drop' })).text).toBe('Ask u/user or u/user at . (Mail a@b.example)')
  })

  test('threads: answers behind what they answer to', async () => {
    const records = [
      comment('c2', 'second answer', { created_utc: 20 }),
      comment('c1', 'first answer', { created_utc: 10 }),
      comment('d1', 'answer to the first', { parent_id: 't1_c1', created_utc: 30 }),
      comment('z', 'elsewhere', { link_id: 't3_other', parent_id: 't3_other', created_utc: 1 }),
      comment('x', '[removed]', { created_utc: 11 }),
      comment('y', 'answer to what is gone', { parent_id: 't1_x', created_utc: 40 }),
      post('post', 'Title', 'Text.', { created_utc: 50 }),
    ]
    const { rows } = await read('t.jsonl', lines(records), { threads: true })
    expect(rows.map(row => [row.id, row.text])).toEqual([
      ['post', 'Title\n\nText.\n\nfirst answer\n\nanswer to the first\n\nsecond answer\n\nanswer to what is gone'],
      ['other', 'elsewhere'],
    ])
    expect(rows[0]!.metadata).toEqual({ subreddit: 'whales', title: 'Title', posts: 5 })
  })

  test('two that answer to each other lose nothing', async () => {
    const records = [comment('a', 'one', { parent_id: 't1_b' }), comment('b', 'two', { parent_id: 't1_a' })]
    const { rows } = await read('loop.jsonl', lines(records), { threads: true })
    expect(rows.map(row => row.text.split('\n\n').sort())).toEqual([['one', 'two']])
  })
})

describe('ActivityPub', () => {
  const items = [
    note(
      1,
      '<p>Thar she <b>blows</b>, <a href="https://sea.example/@starbuck" class="mention">@<span>starbuck</span></a>!</p><p>Twice</p>',
    ),
    { type: 'Announce', id: 'x', object: 'https://other.example/1' },
    note(2, '<p>secret</p>', { to: ['https://sea.example/users/starbuck'], cc: [] }),
    note(3, '<p>An answer</p>', { inReplyTo: 'https://other.example/users/pip/statuses/9', summary: 'whales' }),
    { type: 'Delete', id: 'y' },
  ]
  const check = async (name: string, content: string | Uint8Array) => {
    const { rows, summary } = await read(name, content)
    expect(rows.map(row => [row.id, row.text, row.lang])).toEqual([
      ['https://sea.example/users/user/statuses/1', 'Thar she blows, @user!\n\nTwice', 'en'],
      ['https://sea.example/users/user/statuses/3', 'An answer', 'en'],
    ])
    expect(rows[1]).toMatchObject({
      url: 'https://sea.example/@user/3',
      created: Date.UTC(2024, 2, 5, 8),
      metadata: { warning: 'whales', parent: 'https://other.example/users/user/statuses/9' },
    })
    expect(summary).toBe(
      "left out 1 repost of another's post, 1 post that is not public, 1 post that its author has deleted",
    )
  }
  const json = JSON.stringify(outbox(items))

  test('an outbox', () => check('outbox.json', json))
  test('an outbox, indented', () => check('indented.json', JSON.stringify(outbox(items), null, 2)))
  test('activities, one a line', () => check('lines.jsonl', lines(items)))
  test('a list of activities', () => check('list.json', JSON.stringify(items)))
  test('an export as tar.gz', () =>
    check('export.tar.gz', gzipSync(tar({ 'actor.json': '{}', 'media/x.png': 'x'.repeat(700), 'outbox.json': json }))))
  test('an export as zip', () => check('export.zip', zip({ 'actor.json': '{}', 'outbox.json': json })))

  test('an archive without posts, damaged, or cut short', async () => {
    const fault = async (content: Uint8Array) => {
      await folder.write('bad.tar', content)
      return String((await readToFault(social({ path: 'bad.tar', baseDir, onError: 'skip' }))).error)
    }
    expect(await fault(tar({ 'actor.json': '{}', '../outbox.json': json, '/outbox.json': json }))).toBe(
      'social: bad.tar: there is no outbox.json and no tweets.js in this archive; ' +
        'name the export of an account, or the file of posts in it',
    )
    const whole = tar({ 'a.json': '{}', 'outbox.json': json })
    const damaged = Buffer.from(whole)
    damaged[0]! ^= 1
    expect(await fault(damaged)).toBe(
      'social: bad.tar: byte 0 of the archive: the tar archive is damaged: the checksum of an entry differs; fetch the file again',
    )
    expect(await fault(whole.subarray(0, 1700))).toMatch('the tar archive is cut short: it ends inside an entry')
  })

  test('a list cut short gives the posts that are whole, then says so', async () => {
    await folder.write('cut.json', json.slice(0, json.indexOf('An answer')))
    const { rows, error } = await readToFault(social({ path: 'cut.json', baseDir }))
    expect(rows).toHaveLength(1)
    expect(String(error)).toMatch(
      /^social: cut\.json: byte \d+: the JSON is cut short: it ends inside a value; fetch the file again$/,
    )
  })
})

test('statuses of Mastodon’s API', async () => {
  const status = (id: string, more: object) => ({
    id,
    uri: `https://sea.example/users/pip/statuses/${id}`,
    url: `https://sea.example/@pip/${id}`,
    created_at: '2024-01-02T03:04:05.000Z',
    account: { acct: 'pip' },
    visibility: 'public',
    language: 'de',
    content: '<p>Hallo<br>Welt</p>',
    reblog: null,
    tags: [{ name: 'wal' }],
    ...more,
  })
  const all = [status('1', {}), status('2', { visibility: 'private' }), status('3', { reblog: { id: 9 }, content: '' })]
  const { rows } = await read('api.json', JSON.stringify(all), { users: 'keep' })
  expect(rows.map(row => [row.id, row.text, row.lang, row.metadata])).toEqual([
    ['https://sea.example/users/pip/statuses/1', 'Hallo\nWelt', 'de', { author: 'pip', tags: ['wal'] }],
  ])
})

test('an archive of X', async () => {
  const tweets = [
    {
      tweet: {
        id_str: '1',
        full_text: 'One &amp; two\nlines @pip',
        lang: 'en',
        created_at: 'Wed Oct 10 20:19:24 +0000 2018',
      },
    },
    { tweet: { id_str: '2', full_text: 'RT @ahab: mine' } },
  ]
  const { rows } = await read('tweets.js', `window.YTD.tweets.part0 = ${JSON.stringify(tweets, null, 2)}`)
  expect(rows.map(row => [row.id, row.text, row.lang, row.created])).toEqual([
    ['1', 'One & two\nlines @user', 'en', Date.UTC(2018, 9, 10, 20, 19, 24)],
  ])
})

describe('broken records', () => {
  const content = `${lines([comment('a', 'one')])}{"half": \n${lines([{ foo: 1, bar: 2 }, comment('b', 'two')])}`

  test('end the reading, after what is whole', async () => {
    await folder.write('broken.jsonl', content)
    const { rows, error } = await readToFault(social({ path: 'broken.jsonl', baseDir }))
    expect(rows.map(row => row.text)).toEqual(['one'])
    expect(String(error)).toBe(
      `social: broken.jsonl: line 2, byte ${content.indexOf('{"half')}: expected a JSON object, found {"half":; ` +
        'mend the line, or set "onError": "skip"',
    )
  })

  test('are skipped, counted and shown', async () => {
    const { rows, events, summary } = await read('broken.jsonl', content, { onError: 'skip' })
    expect(rows.map(row => row.text)).toEqual(['one', 'two'])
    expect(summary).toBe('left out 2 bad lines')
    expect(events).toHaveLength(1)
    await folder.write('foo.jsonl', '{"foo":1}\n')
    const { error } = await readToFault(social({ path: 'foo.jsonl', baseDir }))
    expect((error as Error).message).toBe('expected a post of Reddit, Mastodon, ActivityPub or X, found foo')
  })

  test('of a list: with their element and byte', async () => {
    const list = JSON.stringify([note(1, 'one'), { foo: 1 }, 7, note(2, 'two')])
    const { rows, summary } = await read('broken.json', list, { onError: 'skip' })
    expect(rows.map(row => row.text)).toEqual(['one', 'two'])
    expect(summary).toBe('left out 2 bad records')
    const fault = await readToFault(social({ path: 'broken.json', baseDir }))
    expect(String(fault.error)).toBe(
      `social: broken.json: element 2, byte ${list.indexOf('{"foo"')}: expected a post of Reddit, Mastodon, ActivityPub or X, found foo; ` +
        'mend the file, or set "onError": "skip"',
    )
  })

  test('over the limit', async () => {
    const long = lines([comment('a', 'one'), comment('x', 'x'.repeat(5000)), comment('b', 'two')])
    const { rows } = await read('long.jsonl', long, { onError: 'skip', maxRecordBytes: 1000, frameBytes: 400 })
    expect(rows.map(row => row.text)).toEqual(['one', 'two'])
    const list = JSON.stringify([note(1, 'one'), note(2, 'x'.repeat(200_000)), note(3, 'two')])
    const second = await read('long.json', list, { onError: 'skip', maxRecordBytes: 1000 })
    expect(second.rows.map(row => row.text)).toEqual(['one', 'two'])
  })
})

describe('stopped anywhere, the documents that would have followed follow', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '一', '🐋', '"', '\\'), maxLength: 60 })
  const record = fc.oneof(
    fc
      .tuple(text, fc.integer({ min: 0, max: 3 }))
      .map(([body, thread]) => comment(body.slice(0, 3) || 'c', body, { link_id: `t3_${thread}` })),
    fc.constant({ foo: 1 }),
    fc.constant(comment('x', '[deleted]')),
  )
  test.each([false, true])('lines, threads %s', async threads => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(record, { maxLength: 15 }), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 100, max: 900 }),
        async (files, gzip, maxDocumentBytes, threadBytes) => {
          const path = files.map((_, i) => `resume-${i}.jsonl`)
          for (const [i, records] of files.entries()) {
            const content = lines([comment('first', 'first'), ...records])
            await folder.write(path[i]!, gzip ? gzipSync(content) : content)
          }
          const limits = { maxDocumentBytes, threadBytes, maxRecordBytes: 500, frameBytes: 1 }
          const rows = await expectResumes(social({ path, baseDir, onError: 'skip', threads, ...limits }))
          joined(rows)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('a list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 12 }), fc.integer({ min: 8, max: 60 }), async (texts, limit) => {
        const notes = ['first', ...texts].map((content, i) => note(i, content))
        await folder.write('resume.tar.gz', gzipSync(tar({ 'outbox.json': JSON.stringify(outbox(notes)) })))
        joined(await expectResumes(social({ path: 'resume.tar.gz', baseDir, maxDocumentBytes: limit, frameBytes: 1 })))
      }),
      { numRuns: 20 },
    )
  })
})
