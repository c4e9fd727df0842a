import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readAll } from '../testing/documents.ts'
import { expectResumes } from '../testing/resume.ts'
import { news } from './news.ts'

const baseDir = fileURLToPath(new URL('../../../../../shared/data/samples', import.meta.url))

interface Golden {
  id: string
  url: string
  date: string
  /** CRC-32, as that of the words. */
  title: number
  words: string
}

const golden = JSON.parse(readFileSync(new URL('golden/samples.json', import.meta.url), 'utf8')) as Golden[]
const words = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}_]+/gu) ?? []).map(word => crc32(word).toString(16).padStart(8, '0'))

// Files that lie beside the repository on some machines: real, and not ours to ship.
describe.skipIf(!existsSync(baseDir))('samples', () => {
  const path = 'news/creativecommons-news.warc.gz'

  test('a crawl: the records that warcio reads, the text that trafilatura finds', async () => {
    const rows = await readAll(news({ path, baseDir }))
    expect(rows.map(row => [row.id, row.url, row.created, crc32(String(row.metadata?.title))])).toEqual(
      golden.map(({ id, url, date, title }) => [id, url, Date.parse(date), title]),
    )
    // The two dated posts, which are articles: nearly all words are the same ones.
    for (const i of [2, 3]) {
      const ours = words(rows[i]!.text)
      const theirs = golden[i]!.words.split(' ')
      expect(shared(theirs, ours)).toBeGreaterThan(0.97)
      expect(shared(ours, theirs)).toBeGreaterThan(0.88)
    }
    expect(shared(golden[1]!.words.split(' '), words(rows[1]!.text))).toBeGreaterThan(0.9)
    expect(rows[3]!.metadata).toMatchObject({ author: 'Brigitte Vézina', site: 'Creative Commons' })
  })

  test('resumes at every record', async () => {
    const rows = await expectResumes(news({ path: [path, 'news/brown-press-1961.jsonl'], baseDir, frameBytes: 1 }))
    expect(rows).toHaveLength(14)
  })
})

/** The share of the first text's words that the second has, each as often. */
function shared(some: readonly string[], others: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1)
  let found = 0
  for (const word of some) {
    const left = counts.get(word) ?? 0
    if (left === 0) continue
    counts.set(word, left - 1)
    found++
  }
  return found / some.length
}
