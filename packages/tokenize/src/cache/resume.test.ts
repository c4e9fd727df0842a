import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Frame, repeat, type Source, type Stage } from '@sluice/pipeline'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batch } from '../stages/batch.ts'
import { mask } from '../stages/mask.ts'
import { pack } from '../stages/pack.ts'
import { shuffle } from '../stages/shuffle.ts'
import { split } from '../stages/split.ts'
import { tokenize } from '../stages/tokenize.ts'
import { collect, plain, rowsOf } from '../testing/harness.ts'
import { type Shape, shapedSource, shapes } from '../testing/shapes.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { cacheTokens } from './cache.ts'

let tokenizer: Tokenizer
let dir: string
let caches = 0
beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea and the ship, the whale'], { vocabSize: 270 })
  dir = await mkdtemp(join(tmpdir(), 'sluice-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const before = () => [split({ part: 'training', share: 0.2 }), tokenize({ tokenizer })]

const after: Record<string, (blockSize: number, size: number) => Stage[]> = {
  nothing: () => [],
  'packing, shuffling, batches': (blockSize, size) => [
    pack({ blockSize, tokenizer }),
    shuffle({ rows: size * 2 }),
    batch({ batchSize: size }),
  ],
  'best fit, masking': (blockSize, size) => [
    pack({ blockSize, tokenizer, bestFit: { window: (blockSize + 1) * size, gaps: 'pad' } }),
    mask({ tokenizer, share: 0.5, maskToken: 7 }),
  ],
}

const filled = (list: readonly Frame[]) => list.filter(frame => frame.batch.numRows > 0)

describe.each(Object.keys(after))('a cache and %s', name => {
  test('gives what comes without one; after a resume the same frames follow, with what was made and without', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.record({
          firstBytes: fc.integer({ min: 200, max: 3000 }),
          shardBytes: fc.constant(2000),
          frameBytes: fc.integer({ min: 1, max: 800 }),
        }),
        fc.nat(),
        async (shape: Shape, blockSize, size, bytes, stop) => {
          const key = `${caches++}`
          const twice = (source: Source) => repeat(source, { epochs: 2 })
          const make = (folder: string) => ({
            source: twice(
              cacheTokens({ source: shapedSource(shape), stages: before, dir: join(dir, folder), key, ...bytes }),
            ),
            stages: after[name]!(blockSize, size),
          })
          const plainly = {
            source: twice(shapedSource(shape)),
            stages: [...before(), ...after[name]!(blockSize, size)],
          }
          const without = await collect(plainly).catch(() => undefined)
          // Too short a text is refused as a whole.
          fc.pre(without !== undefined && filled(without.frames).length > 0)
          const whole = await collect(make('whole'))
          // Frames are cut elsewhere, rows are the same.
          expect(whole.frames.flatMap(rowsOf)).toEqual(without!.frames.flatMap(rowsOf))

          const last = stop % whole.frames.length
          const from = JSON.parse(JSON.stringify(whole.frames[last]!.cursor))
          const rest = await collect({ ...make('whole'), from })
          expect(filled(rest.frames).map(plain)).toEqual(filled(whole.frames.slice(last + 1)).map(plain))
          const cut = await collect({ ...make('cut'), stopAfter: last + 1, mark: 1 })
          const stopped = JSON.parse(JSON.stringify(cut.frames.at(-1)!.cursor))
          for (const folder of ['cut', 'lost']) {
            const again = await collect({ ...make(folder), from: stopped })
            expect([...filled(cut.frames), ...filled(again.frames)].map(plain)).toEqual(filled(whole.frames).map(plain))
          }
          await rm(dir, { recursive: true })
        },
      ),
      { numRuns: 6 },
    )
  })
})
