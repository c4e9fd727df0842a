// Prints the documents of the samples, one line of JSON each, with the `sample` they are of.   usage: node samples.js FOLDER
import { books, files, jsonl, news, social, text, wiki } from '@sluice/ingest'

const baseDir = process.argv[2]
const everyNamespace = Array.from({ length: 2700 }, (_, i) => i)
const sources = {
  alice: books({ path: 'books/pg11-alice.txt', baseDir }),
  'moby-dick': books({ path: 'books/moby-dick.txt', baseDir }),
  luxun: text({ path: 'zh/luxun-nahan.txt', baseDir }),
  lunyu: files({ path: 'zh/lunyu.json', baseDir, columns: { text: 'paragraphs' } }),
  brown: jsonl({ path: 'news/brown-press-1961.jsonl', baseDir }),
  warc: news({ path: 'news/creativecommons-news.warc.gz', baseDir }),
  comments: social({ path: 'social/reddit-RC-praw.jsonl', baseDir, markup: 'keep', users: 'keep' }),
  posts: social({ path: 'social/reddit-RS-praw.jsonl', baseDir, markup: 'keep', users: 'keep' }),
  pages: wiki({
    path: 'wiki/*.xml.bz2',
    baseDir,
    namespaces: everyNamespace,
    redirects: true,
    disambiguations: true,
  }),
}

for (const [sample, source] of Object.entries(sources)) {
  for await (const { batch } of source.read(undefined, new AbortController().signal)) {
    for (const row of batch) {
      const { metadata, created, ...document } = row.toJSON()
      const time = created === null ? null : Number(created)
      process.stdout.write(
        `${JSON.stringify({ ...document, sample, created: time, metadata: JSON.parse(metadata ?? '{}') })}\n`,
      )
    }
  }
}
