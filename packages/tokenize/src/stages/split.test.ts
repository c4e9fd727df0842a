import { documentsBatch, documentsSchema } from '@sluice/pipeline'
import { Field, Schema, Utf8 } from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, documentsSource, rowsOf } from '../testing/harness.ts'
import { hash53 } from './hash.ts'
import { split, splitBatch } from './split.ts'

const documents = (texts: readonly string[]) =>
  documentsBatch(texts.map((text, i) => ({ id: `document ${i}`, text, source: 'given', url: `u${i}` })))
const rows = (batch: ReturnType<typeof documents>) => rowsOf({ batch, cursor: {}, seq: 0 })
const part = (
  batch: ReturnType<typeof documents>,
  name: 'training' | 'evaluation',
  share: number,
  by: 'document' | 'tail',
) => rows(splitBatch(batch, { part: name, share, by }))

describe('by document', () => {
  test('every document is in one part, whole, and the share is met', () => {
    const batch = documents(Array.from({ length: 5000 }, (_, i) => `text ${i}`))
    for (const share of [0, 0.02, 0.5, 1]) {
      const training = part(batch, 'training', share, 'document')
      const evaluation = part(batch, 'evaluation', share, 'document')
      const merged = [...training, ...evaluation].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
      expect(merged).toEqual(rows(batch))
      // Four standard deviations of a fair draw.
      expect(Math.abs(evaluation.length - 5000 * share)).toBeLessThanOrEqual(4 * Math.sqrt(5000 * share * (1 - share)))
    }
  })

  test('it hangs on the id alone', () => {
    const whole = part(documents(Array.from({ length: 50 }, (_, i) => `${i}`)), 'evaluation', 0.3, 'document')
    const kept = whole.map(row => row.id)
    for (let i = 0; i < 50; i++) {
      const alone = documentsBatch([{ id: `document ${i}`, text: 'other', source: 'another' }])
      expect(part(alone, 'evaluation', 0.3, 'document').length).toBe(kept.includes(`document ${i}`) ? 1 : 0)
    }
  })

  test('a larger share holds what a smaller one holds', () => {
    const batch = documents(Array.from({ length: 200 }, (_, i) => `${i}`))
    const ids = (share: number) => part(batch, 'evaluation', share, 'document').map(row => row.id)
    expect(ids(0.4)).toEqual(expect.arrayContaining(ids(0.1)))
  })
})

describe('by tail', () => {
  test('the two parts are the text, and no character is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '字', '😀', ' ', '\n'), maxLength: 60 })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.double({ min: 0, max: 1, noNaN: true }), (texts, share) => {
        const batch = documents(texts)
        const heads = part(batch, 'training', share, 'tail')
        const tails = part(batch, 'evaluation', share, 'tail')
        expect(heads.map((head, i) => head.text + tails[i]!.text)).toEqual(texts)
        for (const row of [...heads, ...tails]) expect(row.text).not.toContain('\ufffd')
        const rest = (list: any[]) => list.map(row => ({ ...row, text: '' }))
        expect(rest(tails)).toEqual(rest(rows(batch)))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['one\ntwo\nthree\nfour\n', 0.5, 'four\n'],
    ['one two three four', 0.5, ' four'],
    ['onetwothreefour', 0.2, 'our'],
    ['abc\ndef\n', 0.5, 'def\n'],
    ['a last line that is longer than the share\n', 0.2, ' share\n'],
    ['one\nlonglonglong\n', 0.3, 'long\n'],
    ['abc', 0, ''],
    ['abc', 1, 'abc'],
  ])('the tail of %j for %d begins after a line end, else at a space, else at a character', (text, share, tail) => {
    expect(part(documents([text]), 'evaluation', share, 'tail').map(row => row.text)).toEqual([tail])
  })
})

describe('the stage', () => {
  test('passes empty frames on, and cursors as they are', async () => {
    const source = documentsSource([[{ id: 'a', text: 'x', source: 's' }], []])
    const { frames } = await collect({ source, stages: [split({ part: 'evaluation', share: 0 })] })
    expect(frames.map(frame => [frame.batch.numRows, frame.cursor])).toEqual([
      [0, { given: 1 }],
      [0, { given: 2 }],
    ])
  })

  test('refuses what it cannot take', () => {
    expect(() => split({ part: 'training', share: 1.5 })).toThrow('share must be from 0 to 1, found 1.5')
    const stage = split({ part: 'training', share: 0.5 })
    expect(stage.schema(documentsSchema)).toBe(documentsSchema)
    expect(() => stage.schema(new Schema([new Field('text', new Utf8())]) as never)).toThrow(
      'needs a column "id" of type Utf8',
    )
  })
})

test('the hash spreads evenly, whatever byte changes', () => {
  const of = (text: string) => {
    const bytes = Buffer.from(text)
    return hash53(bytes, 0, bytes.length)
  }
  const buckets = new Array(20).fill(0)
  for (let i = 0; i < 20_000; i++) buckets[Math.floor(of(`book-${i}.txt`) * 20)]++
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150)
  // FNV-1a of "a" is 0xaf63dc4c8601ec8c; what SplitMix64's mixer makes of it, by BigInt arithmetic in one piece.
  const mask = (1n << 64n) - 1n
  let hash = 0xaf63dc4c8601ec8cn
  hash = ((hash ^ (hash >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
  hash = ((hash ^ (hash >> 27n)) * 0x94d049bb133111ebn) & mask
  hash ^= hash >> 31n
  expect(of('a')).toBe(Number(hash >> 11n) / 2 ** 53)
})
