import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blocksBatch, defineSource, documentsBatch, documentsSchema, run, type Source } from '@sluice/pipeline'
import {
  type SourceCasesOptions,
  type StageCasesOptions,
  sinkCases,
  sourceCases,
  stageCases,
} from '@sluice/pipeline/testing'
import { afterAll, describe, expect, it } from 'vitest'
import * as index from './index.ts'
import { tokenizeBatch } from './stages/tokenize.ts'

const { batch, cacheTokens, learn, mask, pack, readTokens, shuffle, split, tokenize, trainBpe, writeTokens } = index

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
  // It refuses to be gone on with: learning begins again.
  learn: { make: () => learn({ kind: 'bpe', vocabSize: 270 }), batches: documents, resumes: false },
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

const folder = mkdtempSync(join(tmpdir(), 'sluice-tokenize-life-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const given = (read: Source['read'] | undefined = undefined): Source => ({
  ...defineSource({
    id: 'given',
    schema: documentsSchema,
    *read(from) {
      for (let i = Number(from ?? 0); i < documents.length; i++) yield { batch: documents[i]!, position: i + 1 }
    },
  }),
  ...(read ? { read } : {}),
})
const cached = (source: Source, name: string) =>
  cacheTokens({
    source,
    stages: () => [tokenize({ tokenizer })],
    dir: join(folder, name),
    key: 'tales',
    ...small,
    emit: () => {},
  })
const small = { shardBytes: 1500, firstBytes: 1500, frameBytes: 300 }
const endOfText = tokenizer.endOfText
const written = (name: string) => writeTokens({ path: join(folder, name), format: 'nanogpt', endOfText })
await run({ source: given(), stages: [tokenize({ tokenizer })], sink: written('read.bin') }).done
const absent = join(folder, 'absent.bin')
let caches = 0

const sources: Record<string, SourceCasesOptions> = {
  // Whoever reads first makes what is read.
  'cacheTokens, being made': {
    make: () => cached(given(), `made-${caches++}`),
    throwing: () =>
      cached(
        // biome-ignore lint/correctness/useYield: it fails before it gives anything.
        given(async function* () {
          throw new Error('of the user')
        }),
        'thrown',
      ),
  },
  'cacheTokens, there': { make: () => cached(given(), 'there') },
  readTokens: {
    make: () => readTokens({ path: join(folder, 'read.bin'), tokenizer, frameTokens: 50 }),
    broken: {
      make: () => readTokens({ path: absent, tokenizer }),
      says: `${absent}: the tokens cannot be read: ENOENT: no such file or directory, open '${absent}'`,
    },
  },
}

it('no source, stage or sink of this package is left out', () => {
  const all = [...Object.keys(stages), ...Object.keys(sources), 'writeTokens']
  const made = new Set(all.map(name => name.split(',')[0]!))
  const others = Object.entries(index).flatMap(([name, value]) =>
    typeof value === 'function' && !made.has(name) && !/^[A-Z]/.test(name) ? [name] : [],
  )
  // Something new belongs to the cases above if it makes a source, a stage or a sink, else here.
  expect(others.sort()).toMatchInlineSnapshot(`
    [
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
      "receivedTokenizer",
      "saveEvaluation",
      "scoreTokenizer",
      "sentTokenizer",
      "textPieces",
      "tokenizerFiles",
      "trainBpe",
      "trainCharacters",
      "trainWordPiece",
      "trainWords",
    ]
  `)
})

describe.each(Object.entries(stages))('%s', (_, options) => {
  it.each(stageCases(options).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

describe.each(Object.entries(sources))('%s', (_, options) => {
  it.each(sourceCases(options).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

describe.each(['nanogpt', 'llm.c'] as const)('writeTokens, %s', format => {
  const make = () => writeTokens({ path: join(folder, `written-${format}.bin`), format, endOfText })
  it.each(sinkCases({ make, batches: tokens }).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
