import { beforeAll, describe, expect, test } from 'vitest'
import { loadTokenizer } from '../json/load.ts'
import { golden, sha256 } from '../testing/golden.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'

const expected = golden('bpe')

function mergesOf(tokenizer: Tokenizer): [string, string][] {
  return (tokenizer.toJSON() as any).model.merges
}

describe("Hugging Face's trainer, on the same texts", () => {
  test.each(expected.trained as any[])('learns the same merges: $vocabSize, at least $minFrequency', async wanted => {
    const { vocabSize, minFrequency } = wanted
    const trained = await trainBpe(expected.docs, { vocabSize, minFrequency })
    expect(mergesOf(trained).map(pair => pair.join(' '))).toEqual(wanted.merges)
  })

  test.each(expected.short as any[])('makes tokens of at most $maxTokenLength', async ({ maxTokenLength, merges }) => {
    const trained = await trainBpe(expected.docs, { vocabSize: 600, minFrequency: 1, maxTokenLength })
    expect(mergesOf(trained).map(pair => pair.join(' '))).toEqual(merges)
  })

  test('breaks ties in the same way', async () => {
    for (const { docs, vocabSize, minFrequency, count, sha256: wanted } of expected.ties) {
      const merges = mergesOf(await trainBpe(docs, { vocabSize, minFrequency }))
      expect(merges.length).toBe(count)
      expect(sha256(merges.map(pair => pair.join(' ')).join('\n'))).toBe(wanted)
    }
  })

  test('writes the same tokenizer.json', async () => {
    const specialTokens = expected.jsonSpecial
    const trained = await trainBpe(expected.docs, { vocabSize: 300, minFrequency: 2, specialTokens })
    expect(trained.toJSON()).toEqual(expected.json)
    expect(loadTokenizer(expected.json).toJSON()).toEqual(expected.json)
  })
})

describe('its encoder and decoder', () => {
  let tokenizer: Tokenizer

  beforeAll(async () => {
    tokenizer = await trainBpe(expected.docs, { vocabSize: 900, minFrequency: 1 })
  })

  test('give the same ids', () => {
    expect(expected.encoded.length).toBeGreaterThan(250)
    for (const { text, ids } of expected.encoded) {
      expect({ text, ids: Array.from(tokenizer.encode(text)) }).toEqual({ text, ids })
      expect(tokenizer.decode(ids)).toBe(text)
    }
  })

  test('give the same text for any ids', () => {
    for (const { ids, text } of expected.decoded) expect({ ids, text: tokenizer.decode(ids) }).toEqual({ ids, text })
  })

  test('read the older spelling of merges', () => {
    const json = structuredClone(tokenizer.toJSON()) as any
    json.model.merges = json.model.merges.map((pair: string[]) => pair.join(' '))
    const read = loadTokenizer(json)
    for (const { text, ids } of expected.encoded) expect(Array.from(read.encode(text))).toEqual(ids)
  })
})
