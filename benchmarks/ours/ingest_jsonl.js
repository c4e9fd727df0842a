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
  const copy = (from, to) => run({ source: jsonl({ path: from }), stages: [], sink: writeDocuments({ path: to }) }).done
  await copy(warmUp.path, join(folder, 'warm-up.jsonl'))
  // A new name, as the peer has it: in the place of a file that is there, some file systems write the new one to the disk first.
  const out = join(folder, 'documents.jsonl')
  await report(sizeOf(path), async () => {
    await copy(path, out)
    return `${Math.floor(sizeOf(out) / 1e6)} MB written`
  })
} finally {
  rmSync(folder, { recursive: true })
}
