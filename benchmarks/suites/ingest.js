// Sources and refining, on corpora of generated text (ours/ingest_corpus.js) that are made once, in the temporary folder, and shared with
// the peers. A figure is MB/s of what the case reads, from opening the file to the last document; starting the process is left out.
// Each case is in files of its own: ours/ingest_<case>.js and ingest_<case>_corpus.js, peers/ingest_<case>.py.
import { existsSync } from 'node:fs'

function ingestCase(name, target, peer, needs, megabytes) {
  const args = [String(megabytes)]
  return {
    name,
    target,
    ours: { program: 'node', args: [`ours/ingest_${name}.js`, ...args] },
    peer: { program: 'python', args: [`peers/ingest_${name}.py`, ...args], label: peer, needs },
  }
}

const cases = [
  // JSON Lines read, mapped to documents and written as JSON Lines again.
  ingestCase('jsonl', 3, 'datatrove', 'datatrove and orjson', 200),
  // A dump in bzip2 (multistream) to plain text; MB of XML.
  ingestCase('wiki', 5, 'gensim', 'gensim', 200),
  // All rows of all columns as objects of the language.
  ingestCase('parquet', 1 / 1.5, 'pyarrow to_pylist', 'pyarrow', 200),
  // Gopher and C4 rules and exact deduplication.
  ingestCase('refine', 3, 'datatrove', 'datatrove', 200),
  ingestCase('minhash', 3, 'datatrove', 'datatrove', 200),
  ingestCase('warc', 1, 'FastWARC', 'fastwarc', 200),
]

export default {
  unit: 'MB/s',
  higherIsBetter: true,
  cases: cases.filter(({ ours }) => existsSync(new URL(`../${ours.args[0]}`, import.meta.url))),
}
