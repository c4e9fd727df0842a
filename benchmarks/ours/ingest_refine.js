// Ours of `ingest --case refine`: Gopher's and C4's rules and exact deduplication, one thread, documents in memory before the clock
// starts (reading them is the case jsonl). A figure is MB/s of text. usage: node ours/ingest_refine.js MEGABYTES
import { dedup, quality } from '@sluice/refine'
import { refineAll } from './ingest_refine_frames.js'

await refineAll(Number(process.argv[2]), () => [quality({ rules: ['gopher', 'c4'] }), dedup()])
