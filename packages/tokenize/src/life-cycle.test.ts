import { blocksBatch, documentsBatch } from '@sluice/pipeline'
import { type StageCasesOptions, stageCases } from '@sluice/pipeline/testing'
import { describe, expect, it } from 'vitest'
import * as index from './index.ts'
import { tokenizeBatch } from './stages/tokenize.ts'

const { batch, learn, mask, pack, shuffle, split, tokenize, trainBpe } = index

const rows = Array.from({ length: 30 }, (_, i) => ({
  id: `${i}`,
  text: `Number ${i} of the whale's tales, ${'told again '.repeat(i % 7)}and done.`,
  source: 'tales',
}))
const tokenizer = await trainBpe(
  rows.map(({ text }) => text),
  { vocabSize: 300, specialTokens: ['<|endoftext|>', '[MASK]'] },
)
const documents = [documentsBatch(rows.slice(0, 10)), documentsBatch([]), documentsBatch(rows.slice(10))]
const tokens = documents.map(part => tokenizeBatch(tokenizer, part))
const blocks = [4, 0, 9, 1].map(count =>
  blocksBatch({ width: 9, ids: Int32Array.from({ length: 9 * count }, (_, i) => 2 + (i % 200)) }),
)

/** By what makes the stage, with what was chosen. */
const stages: Record<string, StageCasesOptions> = {
  tokenize: { make: () => tokenize({ tokenizer }), batches: documents },
  'tokenize, workers': { make: () => tokenize({ tokenizer, workers: 2 }), batches: documents },
  split: { make: () => split({ part: 'training', share: 0.2, by: 'document' }), batches: documents },
  'split, tail': { make: () => split({ part: 'evaluation', share: 0.2, by: 'tail' }), batches: documents },
  learn: { make: () => learn({ kind: 'bpe', vocabSize: 270 }), batches: documents },
  pack: {
    make: () => pack({ blockSize: 16, tokenizer }),
    batches: tokens,
    empty: 'the text gives 0 tokens, one block needs 17',
  },
  'pack, documents': {
    make: () => pack({ blockSize: 16, tokenizer, bestFit: { window: 100, gaps: 'pad' } }),
    batches: tokens,
    empty: 'the text gives 0 tokens, one block needs 17',
  },
  shuffle: { make: () => shuffle({ rows: 3 }), batches: blocks },
  batch: {
    make: () => batch({ batchSize: 2 }),
    batches: blocks,
    empty: 'the text gives 0 blocks, one batch needs 2',
  },
  mask: { make: () => mask({ tokenizer }), batches: blocks },
}

it('no stage of this package is left out', () => {
  const made = new Set(Object.keys(stages).map(name => name.split(',')[0]!))
  const others = Object.entries(index).flatMap(([name, value]) =>
    typeof value === 'function' && !made.has(name) && !/^[A-Z]/.test(name) ? [name] : [],
  )
  // Something new belongs to the cases above if it makes a stage, else here.
  expect(others.sort()).toMatchInlineSnapshot(`
    [
      "cacheTokens",
      "encodeWithOffsets",
      "encoderPool",
      "fileTexts",
      "loadAnyTokenizer",
      "loadEvaluation",
      "loadTiktoken",
      "loadTokenizer",
      "loadVocabMerges",
      "pieces",
      "prepareEvaluation",
      "readTokenizer",
      "readTokens",
      "receivedTokenizer",
      "saveEvaluation",
      "scoreTokenizer",
      "sentTokenizer",
      "tokenizerFiles",
      "trainBpe",
      "trainCharacters",
      "trainWordPiece",
      "trainWords",
      "writeTokens",
    ]
  `)
})

describe.each(Object.entries(stages))('%s', (_, options) => {
  it.each(stageCases(options).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
