// The data side of `workers --case train`: JSON Lines, normalized, judged, tokenized, packed, shuffled, to batches.
import { readFileSync } from 'node:fs'
import { jsonl } from '@sluice/ingest'
import { normalize, quality } from '@sluice/refine'
import { batch, loadTokenizer, pack, shuffle, tokenize, trainBpe } from '@sluice/tokenize'

export async function tokenizerOf(texts, vocabSize) {
  return (await trainBpe(texts, { vocabSize })).toJSON()
}

/** Source, stages, mark and seed of the run. */
export function dataSide({ path, tokenizer: file, blockSize, batchSize }) {
  const tokenizer = loadTokenizer(JSON.parse(readFileSync(file, 'utf8')))
  const stages = [
    normalize(),
    quality({ rules: ['gopher'] }),
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer }),
    shuffle({ window: 4e6 }),
    batch({ batchSize }),
  ]
  return { source: jsonl({ path }), stages, mark: 4 * 2 ** 20, seed: 1 }
}
