// Ours of `workers --case wiki`: the text of a dump's articles by threads that have read some of it before.
// usage: node ours/workers_wiki.js MEGABYTES THREADS
import { setTimeout } from 'node:timers/promises'
import { wiki } from '@sluice/ingest'
import { collectLessOften, columnOf } from '@sluice/pipeline'
import { report } from './ingest_report.js'
import corpus from './ingest_wiki_corpus.js'

collectLessOften()
const [megabytes, threads] = process.argv.slice(2).map(Number)
/** Bytes of text after which the engine has compiled what each thread needs. */
const warmUp = 10e6

const { path, bytes, kind } = await corpus(megabytes)
const source = wiki({ path, threads })
await read(warmUp)
// What was under way when nobody wanted more is done by then; the threads are kept for a second.
await setTimeout(500)
await report(bytes, async () => {
  const text = await read(Number.POSITIVE_INFINITY)
  return `${(text / 1e6).toFixed(1)} MB of text from ${kind} pages; MB of XML`
})

/** Reads the dump from its beginning. Returns the bytes of text that came until there were enough. */
async function read(enough) {
  let text = 0
  for await (const { batch } of source.read(undefined, new AbortController().signal)) {
    text += columnOf(batch, 'text').values.length
    if (text >= enough) break
  }
  return text
}
