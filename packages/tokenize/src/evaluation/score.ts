import type { Blocks, EvaluationSet } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { columnOf } from '../columns/column.ts'
import type { NgramCounts } from './ngrams.ts'

/** Mean loss, in nats, of the simple models on the blocks' targets. */
export function score(
  blocks: readonly RecordBatch<Blocks>[],
  counts: NgramCounts,
): Pick<EvaluationSet, 'tokens' | 'baselines'> {
  let tokens = 0
  let unigram = 0
  let bigram = 0
  for (const block of blocks) {
    const column = columnOf(block, 'ids')
    const ids = column.children[0]!.values as Int32Array
    const width = column.stride
    for (let row = 0; row < block.numRows; row++) {
      for (let i = row * width + 1; i < (row + 1) * width; i++) {
        unigram -= Math.log(counts.unigram(ids[i]!))
        bigram -= Math.log(counts.bigram(ids[i]!, ids[i - 1]!))
        tokens++
      }
    }
  }
  const uniform = Math.log(counts.unigrams.length)
  return { tokens, baselines: { uniform, unigram: unigram / tokens, bigram: bigram / tokens } }
}
