import { describe, expect, test } from 'vitest'
import { loadTokenizer } from '../json/load.ts'
import { golden } from '../testing/golden.ts'
import { trainCharacters, trainWords } from '../training/level.ts'

const { docs, strings, kinds } = golden('level')
const trainers: Record<string, typeof trainWords> = {
  char: trainCharacters,
  word: trainWords,
  rare: trainWords,
  few: trainCharacters,
}

describe.each(Object.keys(kinds))('%s', name => {
  const { vocabSize, minFrequency, json, encoded } = kinds[name]

  test("tokenizer.json equals Hugging Face's for the same texts", async () => {
    const trained = await trainers[name]!(docs, { vocabSize, minFrequency })
    expect(trained.toJSON()).toEqual(json)
    expect(loadTokenizer(json).toJSON()).toEqual(json)
  })

  test('ids are the same, and known text comes back', () => {
    const tokenizer = loadTokenizer(json)
    const unknown = json.model.vocab['<|unk|>']
    for (const [i, text] of (strings as string[]).entries()) {
      const ids = Array.from(tokenizer.encode(text))
      expect({ text, ids }).toEqual({ text, ids: encoded[i] })
      const back = tokenizer.decode(ids)
      if (ids.includes(unknown)) expect(back).toContain('\ufffd')
      else expect(back).toBe(text)
    }
    for (const text of docs) if (minFrequency === 1) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })
})
