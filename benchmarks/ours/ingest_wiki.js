// Ours of `ingest --case wiki`: the text of a dump's articles. usage: node ours/ingest_wiki.js MEGABYTES [THREADS]
import { wiki } from '@sluice/ingest'
import { collectLessOften, columnOf } from '@sluice/pipeline'
import { report } from './ingest_report.js'
import corpus from './ingest_wiki_corpus.js'

collectLessOften()
const [, , megabytes, threads] = process.argv
const { path, bytes, kind } = await corpus(Number(megabytes))
await report(bytes, async () => {
  let documents = 0
  let text = 0
  const source = wiki({ path, ...(threads === undefined ? {} : { threads: Number(threads) }) })
  for await (const { batch } of source.read(undefined, new AbortController().signal)) {
    documents += batch.numRows
    text += columnOf(batch, 'text').values.length
  }
  return `${documents} documents of ${(text / 1e6).toFixed(1)} MB from ${kind} pages; MB of XML`
})
