import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import {
  type BuildContext,
  defineSource,
  documentsBatch,
  documentsSchema,
  Registry,
  run,
  type Source,
} from '@sluice/pipeline'
import { sinkCases, sourceCases } from '@sluice/pipeline/testing'
import { describe, expect, it } from 'vitest'
import { ingestKinds } from './kinds.ts'
import { testFolder } from './testing/folder.ts'
import { writeDocuments } from './write/write-documents.ts'

const folder = await testFolder()
const registry = new Registry(ingestKinds)

const texts = Array.from(
  { length: 40 },
  (_, i) => `Number ${i} of the whale's tales, ${'told again '.repeat(i % 7)}and done.`,
)
const sample = (name: string) => readFile(new URL(`../../../recipes/corpora/${name}`, import.meta.url))
const given = defineSource({
  id: 'given',
  schema: documentsSchema,
  *read() {
    yield { batch: documentsBatch(texts.map((text, i) => ({ id: `${i}`, text, source: 'given' }))), position: 1 }
  },
})
const lines = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n')

await folder.write('a.txt', texts.join('\n\n'))
await folder.write('b.txt.gz', gzipSync(texts.join('\n\n')))
await folder.write('book.txt', texts.map((text, i) => `CHAPTER ${i + 1}\n\n${text}\n\n`).join(''))
await folder.write('a.jsonl', lines(texts.map(text => ({ text }))))
await folder.write('a.csv', `id,text\n${texts.map((text, i) => `${i},"${text}"`).join('\n')}\n`)
await folder.write('a.rss', await sample('courier.rss'))
await folder.write('a.ndjson', await sample('forum.ndjson'))
await folder.write('a.xml', await sample('wiki.xml'))
for (const name of ['a.parquet', 'a.arrow']) {
  await run({ source: given, stages: [], sink: writeDocuments({ path: `${folder.path}/${name}` }) }).done
}

/** By the kind's name, so that a new kind has to be added. */
const configs: Record<string, object> = {
  arrow: { path: 'a.arrow' },
  books: { path: 'book.txt', chapters: true },
  csv: { path: 'a.csv' },
  files: { path: ['a.txt', 'a.jsonl', 'a.csv'] },
  jsonl: { path: 'a.jsonl' },
  news: { path: 'a.rss' },
  parquet: { path: 'a.parquet' },
  social: { path: 'a.ndjson' },
  text: { path: ['a.txt', 'b.txt.gz'], documents: 'paragraph' },
  wiki: { path: 'a.xml' },
}

function built(use: string, config: object): Source {
  const context: BuildContext = {
    id: 'corpus',
    baseDir: folder.path,
    seed: 1,
    scratchDir: folder.path,
    signal: new AbortController().signal,
    emit: () => {},
  }
  const kind = registry.get('source', use)
  // Small frames, so that there is a middle to be left in.
  return kind.build({ ...kind.config.parse(config), frameBytes: 1000 }, context) as Source
}

it('no kind is left out', () => {
  expect(ingestKinds.map(({ use }) => use).sort()).toEqual(Object.keys(configs))
})

describe.each(Object.entries(configs))('%s', (use, config) => {
  const says =
    `StorageError: corpus: absent/none: ${folder.path}/absent/none: there is no such file or directory; ` +
    'relative paths start at the folder of the config'
  const cases = sourceCases({
    make: () => built(use, config),
    broken: { make: () => built(use, { ...config, path: 'absent/none' }), says: says.slice('StorageError: '.length) },
  })
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

describe.each(['a.jsonl', 'a.jsonl.gz', 'a.parquet', 'a.arrow', 'a.arrows', 'a.arrow.gz'])(
  'writeDocuments, %s',
  name => {
    const batch = (from: number, to: number) =>
      documentsBatch(texts.slice(from, to).map((text, i) => ({ id: `${from + i}`, text, source: 'given' })))
    const cases = sinkCases({
      make: () => writeDocuments({ path: `${folder.path}/written/${name}` }),
      batches: [batch(0, 10), batch(10, 10), batch(10, 40)],
    })
    it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
  },
)
