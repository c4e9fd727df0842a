import { existsSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeDocuments } from '@sluice/ingest'
import { documentsBatch } from '@sluice/pipeline'
import { documents } from './ingest_corpus.js'

/** One Parquet file of documents, packed with snappy. */
export default async function corpus(megabytes) {
  const path = join(tmpdir(), `sluice-bench-ingest-parquet-1-${megabytes}.parquet`)
  if (existsSync(path)) return { path }
  const part = `${path}.${process.pid}`
  const sink = writeDocuments({ path: part, format: 'parquet' })
  await sink.open({}, undefined)
  let rows = []
  const flush = async () => {
    await sink.consume({ batch: documentsBatch(rows), cursor: {}, seq: 0 })
    rows = []
  }
  for (const { date, ...document } of documents(megabytes * 1e6)) {
    rows.push({ ...document, source: 'made', created: Date.parse(date) })
    if (rows.length === 200) await flush()
  }
  await flush()
  await sink.close('finished')
  renameSync(part, path)
  return { path }
}
