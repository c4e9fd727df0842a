import { cached, documents } from './ingest_corpus.js'

/** One file of JSON Lines in FineWeb's manner. */
export default async function corpus(megabytes) {
  const path = await cached(`jsonl-1-${megabytes}.jsonl`, function* () {
    for (const { lang, ...rest } of documents(megabytes * 1e6)) {
      const score = 0.65 + (rest.text.length % 1000) / 3000
      yield `${JSON.stringify({ ...rest, dump: 'made', language: lang, language_score: score, token_count: rest.text.length >> 2 })}\n`
    }
  })
  return { path }
}
