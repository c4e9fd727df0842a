import type { Stage } from '@sluice/pipeline'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { collect, plain } from '../testing/harness.ts'
import { shapedSource, shapes } from '../testing/shapes.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { batch } from './batch.ts'
import { mask } from './mask.ts'
import { pack } from './pack.ts'
import { shuffle } from './shuffle.ts'
import { split } from './split.ts'
import { tokenize } from './tokenize.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea and the ship, the whale'], { vocabSize: 270 })
})

const chains: Record<string, (blockSize: number, size: number) => Stage[]> = {
  tokenize: () => [tokenize({ tokenizer })],
  split: () => [split({ part: 'training', share: 0.4 }), tokenize({ tokenizer })],
  tail: () => [split({ part: 'training', share: 0.4, by: 'tail' }), tokenize({ tokenizer })],
  pack: blockSize => [tokenize({ tokenizer }), pack({ blockSize, tokenizer })],
  shuffle: (blockSize, rows) => [
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer }),
    shuffle({ rows: rows * 2, frameBytes: rows * 12 * (blockSize + 1) }),
  ],
  'best fit, gaps split': (blockSize, size) => [
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer, bestFit: { window: (blockSize + 1) * size } }),
  ],
  'best fit, gaps cropped': (blockSize, size) => [
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer, bestFit: { window: (blockSize + 1) * size + 1, gaps: 'crop' } }),
  ],
  'best fit, gaps padded': (blockSize, size) => [
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer, bestFit: { window: (blockSize + 1) * size, gaps: 'pad' } }),
    shuffle({ rows: 3 }),
    mask({ tokenizer, share: 0.5, maskToken: 7 }),
  ],
  batch: (blockSize, batchSize) => [tokenize({ tokenizer }), pack({ blockSize, tokenizer }), batch({ batchSize })],
  mask: blockSize => [
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer }),
    mask({ tokenizer, share: 0.5, maskToken: 7, maskShare: 0.4, randomShare: 0.4 }),
  ],
  all: (blockSize, size) => [
    split({ part: 'training', share: 0.2, by: 'tail' }),
    tokenize({ tokenizer }),
    pack({ blockSize, tokenizer }),
    shuffle({ rows: size * 2 + 1, frameBytes: 1 }),
    batch({ batchSize: size }),
  ],
}

describe.each(Object.keys(chains))('%s', name => {
  test('after a resume the same frames follow, wherever it was stopped', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        async (shape, blockSize, size, stop) => {
          const make = () => ({ source: shapedSource(shape), stages: chains[name]!(blockSize, size) })
          const whole = await collect(make()).catch(() => undefined)
          // Too short a text is refused as a whole: there is nothing to resume.
          fc.pre(whole !== undefined && whole.frames.length > 0)
          const filled = (list: typeof whole.frames) => list.filter(frame => frame.batch.numRows > 0).map(plain)
          const last = stop % whole!.frames.length
          const from = JSON.parse(JSON.stringify(whole!.frames[last]!.cursor))
          const rest = await collect({ ...make(), from })
          expect(filled(rest.frames)).toEqual(filled(whole!.frames.slice(last + 1)))
          // And once more with a run that is really stopped there, while its source still has something to give.
          const cut = await collect({ ...make(), stopAfter: last + 1, mark: 1 })
          const again = await collect({ ...make(), from: JSON.parse(JSON.stringify(cut.frames.at(-1)!.cursor)) })
          expect([...filled(cut.frames), ...filled(again.frames)]).toEqual(filled(whole!.frames))
        },
      ),
      { numRuns: 40 },
    )
  })
})
