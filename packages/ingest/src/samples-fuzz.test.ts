import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { SluiceError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { books } from './books/books.ts'
import { bunzip2Reader } from './bzip2/bunzip2.ts'
import { files } from './files/files.ts'
import { news } from './news/news.ts'
import { social } from './social/social.ts'
import { rowsOf } from './testing/documents.ts'
import { testFolder } from './testing/folder.ts'
import { mutated } from './testing/mutate.ts'
import { bytesReader, drain } from './testing/readers.ts'
import { text } from './text/text.ts'
import { wiki } from './wiki/wiki.ts'

const samples = fileURLToPath(new URL('../../../../shared/data/samples', import.meta.url))
const folder = await testFolder()
// Large files: a thorough run is asked for, and may be had in parts, "500-1000".
const numbers = (process.env.SLUICE_MUTATIONS ?? '5').split('-').map(Number)
const [first, end] = numbers.length > 1 ? [numbers[0]!, numbers[1]!] : [0, numbers[0]!]

const make = (path: string) => {
  const options = { path, baseDir: folder.path, onError: 'skip' as const }
  return {
    books: books({ ...options, chapters: true }),
    files: files(options),
    news: news(options),
    social: social(options),
    text: text({ ...options, documents: 'paragraph' }),
    wiki: wiki({ ...options, threads: 0 }),
  }
}

/** A sample file, or what one of that name and `.bz2` or `.gz` holds. */
async function sample(name: string): Promise<Buffer> {
  const path = join(samples, name)
  if (existsSync(path)) return readFile(path)
  if (existsSync(`${path}.gz`)) return gunzipSync(await readFile(`${path}.gz`))
  return drain(bunzip2Reader(bytesReader(await readFile(`${path}.bz2`)), name))
}

// They lie beside the repository on some machines. What is packed ends at nearly every change, by a checksum or a code that there is
// not, and what is behind it is not read: what it holds is changed by itself as well.
test.skipIf(!existsSync(samples)).each([
  ['books', 'books/pg11-alice.txt'],
  ['books', 'books/moby-dick.txt'],
  ['news', 'news/brown-press-1961.jsonl'],
  ['files', 'news/brown-press-1961.jsonl'],
  ['news', 'news/creativecommons-news.warc.gz'],
  ['news', 'news/creativecommons-news.warc'],
  ['social', 'social/reddit-RC-praw.jsonl'],
  ['social', 'social/reddit-RS-praw.jsonl'],
  ['wiki', 'wiki/enwiki-sample-pages-articles.xml.bz2'],
  ['wiki', 'wiki/bgwiki-pages-articles-utf16.xml.bz2'],
  ['wiki', 'wiki/enwiki-sample-pages-articles.xml'],
  ['wiki', 'wiki/bgwiki-pages-articles-utf16.xml'],
  ['files', 'zh/lunyu.json'],
  ['files', 'zh/tangshisanbaishou.json'],
  ['text', 'zh/luxun-nahan.txt'],
] as const)(
  `%s: %s, changed ${end - first} times: documents, or a clear error`,
  async (use, name) => {
    const bytes = await sample(name)
    const path = `${use}-${name.replaceAll('/', '-')}`
    const before = process.memoryUsage().arrayBuffers
    for (let i = first; i < end; i++) {
      await folder.write(path, mutated(bytes, name, i))
      try {
        for await (const frame of make(path)[use].read(undefined, new AbortController().signal)) {
          for (const row of rowsOf(frame)) expect(row.id).toBeTypeOf('string')
        }
      } catch (error) {
        if (!(error instanceof SluiceError)) throw new Error(`mutation ${i}`, { cause: error })
        expect(error.message).not.toBe('')
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000)
  },
  1_800_000,
)
