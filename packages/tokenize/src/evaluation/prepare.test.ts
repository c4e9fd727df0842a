import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { beforeAll, describe, expect, test } from 'vitest'
import { documentsSource, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainCharacters } from '../training/level.ts'
import { loadEvaluation, saveEvaluation } from './file.ts'
import { prepareEvaluation } from './prepare.ts'

const lines = Array.from({ length: 40 }, (_, i) => `line ${i}: the sea, the whale and the ship\n`).join('')
const one = () => documentsSource([[{ id: 'book', text: lines, source: 'given' }]])
let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainCharacters([lines])
})

const tail = { share: 0.25, by: 'tail' as const }

describe('prepareEvaluation', () => {
  test('packs the held-out text and scores the simple models on its targets', async () => {
    const set = await prepareEvaluation({ source: one(), split: tail, tokenizer, blockSize: 16, tokens: 1e6 })
    const rows = set.blocks.flatMap(batch => rowsOf({ batch, cursor: {}, seq: 0 }))
    const ids = rows.flatMap((row, i) => (i === 0 ? row.ids : row.ids.slice(1)))
    const heldOut = tokenizer.decode(ids)
    expect(lines).toContain(heldOut)
    expect(set.tokens).toBe(rows.length * 16)
    // One byte a character here: the first id is no target.
    expect(set.bytes).toBe(ids.length - 1 - ids.filter(id => id === tokenizer.endOfText).length)

    // The same models, counted anew in the plainest way.
    const training = [...tokenizer.encode(lines.slice(0, lines.indexOf(heldOut))), tokenizer.endOfText]
    const V = tokenizer.vocabSize
    const count = (id: number) => training.filter(other => other === id).length
    const p1 = (id: number) => (count(id) + 1) / (training.length + V)
    const p2 = (before: number, id: number) => {
      const next = training.flatMap((other, i) =>
        other === before && i + 1 < training.length ? [training[i + 1]!] : [],
      )
      if (next.length === 0) return p1(id)
      const different = new Set(next).size
      return (next.filter(other => other === id).length + different * p1(id)) / (next.length + different)
    }
    const mean = (p: (row: number[], t: number) => number) => {
      const losses = rows.flatMap(row => Array.from({ length: 16 }, (_, t) => -Math.log(p(row.ids, t + 1))))
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    }
    expect(set.baselines.uniform).toBeCloseTo(Math.log(V), 12)
    expect(set.baselines.unigram).toBeCloseTo(
      mean((row, t) => p1(row[t]!)),
      10,
    )
    expect(set.baselines.bigram).toBeCloseTo(
      mean((row, t) => p2(row[t - 1]!, row[t]!)),
      10,
    )
    expect(set.baselines.bigram).toBeLessThan(set.baselines.unigram)
    expect(set.baselines.unigram).toBeLessThan(set.baselines.uniform)
  })

  test('takes no more targets than wanted', async () => {
    const set = await prepareEvaluation({ source: one(), split: tail, tokenizer, blockSize: 16, tokens: 50 })
    expect(set.tokens).toBe(48)
    expect(set.blocks.map(block => block.numRows)).toEqual([3])
    expect(set.bytes).toBe(48)
  })

  test('a table of pairs that is full still gives a bigram model', async () => {
    const options = { source: one(), split: tail, tokenizer, blockSize: 16, tokens: 100 }
    const none = await prepareEvaluation({ ...options, maxPairs: 0 })
    expect(none.baselines.bigram).toBe(none.baselines.unigram)
    const some = await prepareEvaluation({ ...options, maxPairs: 30 })
    expect(Number.isFinite(some.baselines.bigram)).toBe(true)
  })

  test('reads no further than both caps', async () => {
    const frames = Array.from({ length: 2000 }, (_, i) => [{ id: `${i}`, text: lines, source: 'given' }])
    let read = 0
    const source = documentsSource(frames)
    const counting = {
      ...source,
      async *read(...args: Parameters<typeof source.read>) {
        for await (const frame of source.read(...args)) {
          read++
          yield frame
        }
      },
    }
    await prepareEvaluation({
      source: counting,
      split: { share: 0.1 },
      tokenizer,
      blockSize: 16,
      tokens: 1000,
      countTokens: 10_000,
    })
    expect(read).toBeLessThan(2000)
  })

  test('says what to do when nothing or too little is held out', async () => {
    const options = { source: one(), tokenizer, blockSize: 16, tokens: 100 }
    await expect(prepareEvaluation({ ...options, split: { share: 0.01 } })).rejects.toMatchObject({
      name: 'DataError',
      message: 'the held-out part is empty: nothing of 1 document fell into it',
      place: 'data.evaluation',
      advice: 'hold out the end of each document instead, evaluation.by: "tail", or raise evaluation.share',
    })
    await expect(prepareEvaluation({ ...options, split: tail, blockSize: 4096 })).rejects.toMatchObject({
      name: 'DataError',
      message: 'the held-out part gives 370 tokens, one block needs 4097',
      advice: 'raise evaluation.share, or set blockSize to at most 369',
    })
  })

  test('an aborted preparation rejects', async () => {
    const signal = AbortSignal.abort()
    const options = { source: one(), split: tail, tokenizer, blockSize: 16, tokens: 100, signal }
    await expect(prepareEvaluation(options)).rejects.toThrow('aborted')
  })

  test('tells that it prepares', async () => {
    const events: RunEvent[] = []
    const emit = (event: RunEvent) => events.push(event)
    await prepareEvaluation({ source: one(), split: tail, tokenizer, blockSize: 16, tokens: 100, emit })
    expect(events.map(event => event.type)).toEqual(['preparing'])
  })
})

describe('the file', () => {
  test('gives the set back', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-'))
    const set = await prepareEvaluation({ source: one(), split: tail, tokenizer, blockSize: 16, tokens: 100 })
    await saveEvaluation(set, join(dir, 'eval.arrow'))
    const back = await loadEvaluation(join(dir, 'eval.arrow'))
    expect({ ...back, blocks: 0 }).toEqual({ ...set, blocks: 0 })
    const rows = (of: typeof set) => of.blocks.flatMap(batch => rowsOf({ batch, cursor: {}, seq: 0 }))
    expect(rows(back)).toEqual(rows(set))
    await rm(dir, { recursive: true })
  })

  test('is refused when it is something else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-'))
    const path = join(dir, 'eval.arrow')
    await expect(loadEvaluation(path)).rejects.toMatchObject({ name: 'StorageError', file: path })
    await writeFile(path, 'not arrow')
    await expect(loadEvaluation(path)).rejects.toMatchObject({
      name: 'DataError',
      file: path,
      advice: 'remove it, and go on with --resume: it is made again',
    })
    await expect(saveEvaluation({ blocks: [], tokens: 0, bytes: 0, baselines: {} as never }, join(dir, 'no', 'x')))
      .rejects //
      .toMatchObject({ name: 'StorageError' })
    await rm(dir, { recursive: true })
  })
})
