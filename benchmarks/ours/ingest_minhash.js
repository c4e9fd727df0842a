// Ours of `ingest --case minhash`: near-duplicates found by MinHash, one thread, documents in memory before the clock starts. A figure is
// MB/s of text. usage: node ours/ingest_minhash.js MEGABYTES
import { minhash } from '@sluice/refine'
import { refineAll } from './ingest_refine_frames.js'

await refineAll(Number(process.argv[2]), () => [minhash()])
