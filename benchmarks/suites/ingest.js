// Sources and refining, on corpora of generated text (ours/ingest_corpus.js) that are made once, in the temporary folder, and shared with
// the peers. A figure is MB/s of what the case reads, from opening the file to the last document; starting the process is left out.
// Each case is in files of its own: ours/ingest_<case>.js and ingest_<case>_corpus.js, peers/ingest_<case>.py.
import { existsSync } from 'node:fs'

// Small for a first look, large to see that memory does not grow: BENCH_MEGABYTES=2000.
const megabytes = process.env.BENCH_MEGABYTES ?? '200'

function ingestCase(name, target, peer, needs, which) {
  const [files] = name.split('-')
  return {
    name,
    target,
    ours: { program: 'node', args: [`ours/ingest_${files}.js`, megabytes] },
    peer: {
      program: 'python',
      args: [`peers/ingest_${files}.py`, megabytes, ...(which ? [which] : [])],
      label: peer,
      needs,
    },
  }
}

const cases = [
  // JSON Lines read, mapped to documents and written as JSON Lines again.
  ingestCase('jsonl', 3, 'datatrove', 'datatrove and orjson'),
  // A dump in bzip2 (multistream) to plain text; MB of XML.
  ingestCase('wiki', 5, 'gensim', 'gensim'),
  // All rows of all columns as objects of the language.
  ingestCase('parquet', 1 / 1.5, 'pyarrow to_pylist', 'pyarrow'),
  // Gopher and C4 rules and exact deduplication.
  ingestCase('refine', 3, 'datatrove', 'datatrove and spacy'),
  ingestCase('minhash', 3, 'datatrove', 'datatrove'),
  ingestCase('minhash-rensa', 1, 'rensa', 'rensa', 'rensa'),
  ingestCase('warc', 1, 'FastWARC', 'fastwarc'),
]

export default {
  unit: 'MB/s',
  higherIsBetter: true,
  cases: cases.filter(({ ours }) => existsSync(new URL(`../${ours.args[0]}`, import.meta.url))),
}
