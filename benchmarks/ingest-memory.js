// Whether memory stays flat as more is read: the corpus of a case of `ingest`, over and over, by one source in one process.
//
//   node benchmarks/ingest-memory.js jsonl|wiki|parquet|refine|minhash|warc [--passes 10] [--megabytes 200]
//
// Prints the most memory that the process has held by the end of each pass. `refine` and `minhash` read JSON Lines and drop what has
// been there before, so all of the later passes: what their tables take for documents kept is in packages/refine/README.md.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { jsonl, news, parquet, wiki, writeDocuments } from '@sluice/ingest'
import { collectLessOften, run } from '@sluice/pipeline'
import { dedup, minhash, quality } from '@sluice/refine'

collectLessOften()
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { passes: { type: 'string', default: '10' }, megabytes: { type: 'string', default: '200' } },
})
const [name] = positionals
const read = { jsonl, refine: jsonl, minhash: jsonl, wiki, parquet, warc: news }[name]
if (read === undefined) {
  process.stderr.write(
    'usage: node benchmarks/ingest-memory.js jsonl|wiki|parquet|refine|minhash|warc [--passes N] [--megabytes N]\n',
  )
  process.exit(2)
}
const { default: corpus } = await import(`./ours/ingest_${name}_corpus.js`)
const { path } = await corpus(Number(values.megabytes))
const stages = { refine: [quality({ rules: ['gopher', 'c4'] }), dedup()], minhash: [minhash()] }[name] ?? []
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
try {
  const sink = () =>
    name === 'jsonl' ? writeDocuments({ path: join(folder, 'documents.jsonl') }) : { id: 'count', consume() {} }
  const source = read({ path })
  for (let pass = 1; pass <= Number(values.passes); pass++) {
    await run({ source, stages, sink: sink() }).done
    const peak = Math.round(process.resourceUsage().maxRSS / 1024)
    process.stdout.write(`${name}: ${pass * Number(values.megabytes)} MB read, ${peak} MB at most\n`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
