// Ours of `ingest --case jsonl`: read, mapped to documents, written again. usage: node ours/ingest_jsonl.js MEGABYTES
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonl, writeDocuments } from '@sluice/ingest'
import { run } from '@sluice/pipeline'
import corpus from './ingest_jsonl_corpus.js'
import { report, sizeOf } from './ingest_report.js'

const { path } = await corpus(Number(process.argv[2]))
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
try {
  await report(sizeOf(path), async () => {
    const out = join(folder, 'documents.jsonl')
    await run({ source: jsonl({ path }), stages: [], sink: writeDocuments({ path: out }) }).done
    return `${Math.floor(sizeOf(out) / 1e6)} MB written`
  })
} finally {
  rmSync(folder, { recursive: true })
}
