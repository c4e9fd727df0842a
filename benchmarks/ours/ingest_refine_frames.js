import { jsonl } from '@sluice/ingest'
import { collectLessOften, defineSource, run } from '@sluice/pipeline'
import corpus from './ingest_jsonl_corpus.js'
import { report } from './ingest_report.js'

/** Times stages over the whole corpus. The warm-up is a pass of other instances over its first eighth. */
export async function refineAll(megabytes, stages) {
  collectLessOften()
  const { path } = await corpus(megabytes)
  const batches = []
  let schema
  let bytes = 0
  const source = jsonl({ path })
  for await (const { batch } of source.read(undefined, new AbortController().signal)) {
    batches.push(batch)
    schema = batch.schema
    const { valueOffsets } = batch.getChild('text').data[0]
    bytes += valueOffsets[batch.numRows] - valueOffsets[0]
  }
  const pass = some =>
    run({
      source: defineSource({
        id: 'jsonl',
        schema,
        *read() {
          for (const [i, batch] of some.entries()) yield { batch, position: i }
        },
      }),
      stages: stages(),
      sink: { id: 'count', consume() {} },
    }).done
  await pass(batches.slice(0, batches.length >> 3))
  await report(bytes, async () => {
    const { counters } = await pass(batches)
    return `${counters.at(-1).rows} of ${counters[0].rows} documents left`
  })
}
