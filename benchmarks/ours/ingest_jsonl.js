// Ours of `ingest --case jsonl`: read, mapped to documents, written again. usage: node ours/ingest_jsonl.js MEGABYTES
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonl, writeDocuments } from '@sluice/ingest'
import { collectLessOften, run } from '@sluice/pipeline'
import corpus from './ingest_jsonl_corpus.js'
import { report, sizeOf } from './ingest_report.js'

collectLessOften()
const { path } = await corpus(Number(process.argv[2]))
const warmUp = await corpus(20)
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
try {
  const out = join(folder, 'documents.jsonl')
  const copy = from => run({ source: jsonl({ path: from }), stages: [], sink: writeDocuments({ path: out }) }).done
  await copy(warmUp.path)
  await report(sizeOf(path), async () => {
    await copy(path)
    return `${Math.floor(sizeOf(out) / 1e6)} MB written`
  })
} finally {
  rmSync(folder, { recursive: true })
}
