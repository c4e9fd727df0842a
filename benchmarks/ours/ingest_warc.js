// Ours of `ingest --case warc`: the documents of a WET file. usage: node ours/ingest_warc.js MEGABYTES
import { news } from '@sluice/ingest'
import { collectLessOften } from '@sluice/pipeline'
import { report } from './ingest_report.js'
import corpus from './ingest_warc_corpus.js'

collectLessOften()
const { path, bytes } = await corpus(Number(process.argv[2]))
await report(bytes, async () => {
  let documents = 0
  for await (const { batch } of news({ path, format: 'warc' }).read(undefined, new AbortController().signal)) {
    documents += batch.numRows
  }
  return `${documents} documents; MB of WARC as unpacked`
})
