// The documents of `ingest --case refine` and `minhash` are those of `jsonl`.
export { default } from './ingest_jsonl_corpus.js'
