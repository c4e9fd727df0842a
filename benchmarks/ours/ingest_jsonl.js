// Ours of `ingest --case jsonl`. usage: node ours/ingest_jsonl.js MEGABYTES
import { jsonl } from '@sluice/ingest'
import { run } from '@sluice/pipeline'
import corpus from './ingest_jsonl_corpus.js'
import { report, sizeOf } from './ingest_report.js'

const { path } = await corpus(Number(process.argv[2]))
await report(sizeOf(path), async () => {
  let rows = 0
  await run({
    source: jsonl({ path }),
    stages: [],
    sink: {
      id: 'count',
      consume: frame => {
        rows += frame.batch.numRows
      },
    },
  }).done
  return `${rows} documents`
})
