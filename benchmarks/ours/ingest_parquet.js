// Ours of `ingest --case parquet`: every row as a document. MB of text and keys. usage: node ours/ingest_parquet.js MEGABYTES
import { parquet } from '@sluice/ingest'
import { collectLessOften } from '@sluice/pipeline'
import corpus from './ingest_parquet_corpus.js'
import { report } from './ingest_report.js'

collectLessOften()
const megabytes = Number(process.argv[2])
async function read(path) {
  let rows = 0
  for await (const { batch } of parquet({ path }).read(undefined, new AbortController().signal)) rows += batch.numRows
  return `${rows} documents`
}
await read((await corpus(20)).path)
const { path } = await corpus(megabytes)
await report(megabytes * 1e6, () => read(path))
