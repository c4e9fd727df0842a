import { beforeAll, describe, expect, test } from 'vitest'
import { golden } from '../testing/golden.ts'
import { collect, documentsSource, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { type MaskOptions, mask } from './mask.ts'
import { pack } from './pack.ts'
import { tokenize } from './tokenize.ts'

const text: string = golden('bpe').docs.join(' ').repeat(6)
let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainWordPiece([text], { vocabSize: 400 })
})

async function masked(options: Partial<MaskOptions> = {}, seed = 1) {
  const source = documentsSource([[{ id: 'a', text, source: 'given' }]])
  const stages = [tokenize({ tokenizer }), pack({ blockSize: 31, tokenizer })]
  const plain = (await collect({ source, stages, seed })).frames.flatMap(rowsOf)
  const rows = (await collect({ source, stages: [...stages, mask({ tokenizer, ...options })], seed })).frames.flatMap(
    rowsOf,
  )
  const places = rows.flatMap((row, i) =>
    row.ids.map((id: number, k: number) => ({ id, label: row.labels[k] as number, was: plain[i]!.ids[k] as number })),
  )
  return { rows, places }
}

describe('mask', () => {
  test('chooses 15 %, of which 80 % become [MASK], 10 % another token and 10 % stay', async () => {
    const { places } = await masked()
    const chosen = places.filter(place => place.label !== -100)
    for (const { id, label, was } of places) {
      if (label === -100) expect(id).toBe(was)
      else expect(label).toBe(was)
    }
    const share = (list: unknown[], of: unknown[]) => list.length / of.length
    // Four standard deviations of these binomials.
    const near = (found: number, expected: number, of: number) =>
      expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / of))
    near(share(chosen, places), 0.15, places.length)
    const hidden = chosen.filter(place => place.id === 4)
    near(share(hidden, chosen), 0.8, chosen.length)
    const same = chosen.filter(place => place.id === place.was)
    near(share(same, chosen), 0.1, chosen.length)
    expect(chosen.every(place => place.was > 4)).toBe(true)
    expect(chosen.every(place => place.id >= 4)).toBe(true)
  })

  test('is the same for the same seed, another for another', async () => {
    const [once, again, other] = [await masked(), await masked(), await masked({}, 2)]
    expect(again.rows).toEqual(once.rows)
    expect(other.rows).not.toEqual(once.rows)
  })

  test('takes whole words where it is told to', async () => {
    const { rows } = await masked({ wholeWords: true })
    for (const { ids, labels } of rows) {
      for (let i = 1; i < ids.length; i++) {
        const was = labels[i] === -100 ? ids[i] : labels[i]
        if (tokenizer.token(was).startsWith('##')) expect(labels[i] === -100).toBe(labels[i - 1] === -100)
      }
    }
    expect(rows.some(row => row.labels.some((label: number) => tokenizer.token(label).startsWith('##')))).toBe(true)
  })

  test('says what it lacks', async () => {
    const bpe = await trainBpe([text], { vocabSize: 300 })
    expect(() => mask({ tokenizer: bpe })).toThrow('the tokenizer has no mask token')
    expect(() => mask({ tokenizer, share: 2 })).toThrow('share must be between 0 and 1, found 2')
  })
})
