import { describe, expect, test } from 'vitest'
import { loadTokenizer } from '../json/load.ts'
import { encodeWithOffsets } from '../offsets.ts'
import { golden } from '../testing/golden.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import type { BertOptions } from './options.ts'

const expected = golden('wordpiece')

function bertOptions(options: any): BertOptions {
  return {
    cleanText: options.clean_text,
    handleChineseChars: options.handle_chinese_chars,
    stripAccents: options.strip_accents ?? undefined,
    lowercase: options.lowercase,
  }
}

function vocabOf(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.token(id))
}

describe.each(expected.runs as any[])("Hugging Face's WordPiece, $options, $vocabSize", wanted => {
  test('learns the same tokens and gives the same ids and offsets', async () => {
    const { vocabSize, minFrequency, initialTokens } = wanted
    const options = bertOptions(wanted.options)
    const trained = await trainWordPiece(expected.docs, { ...options, vocabSize, minFrequency, initialTokens })
    expect(vocabOf(trained)).toEqual(wanted.vocab)
    expected.strings.forEach((text: string, i: number) => {
      expect({ text, ids: Array.from(trained.encode(text)) }).toEqual({ text, ids: wanted.encoded[i] })
    })
    expected.strings.forEach((text: string, i: number) => {
      const { offsets } = encodeWithOffsets(trained, text)
      const pairs = Array.from({ length: offsets.length / 2 }, (_, k) => [offsets[2 * k], offsets[2 * k + 1]])
      expect({ text, pairs }).toEqual({ text, pairs: wanted.offsets[i] })
    })
  })
})

describe('its files and its decoder', () => {
  const read = loadTokenizer(expected.json)

  test('tokenizer.json is read, and written as it was', () => {
    expect(read.toJSON()).toEqual(expected.json)
    expect([read.kind, read.vocabSize, read.endOfText]).toEqual(['wordpiece', 351, 3])
    expected.strings.forEach((text: string, i: number) => {
      expect({ text, ids: Array.from(read.encode(text)) }).toEqual({ text, ids: expected.runs[0].encoded[i] })
    })
  })

  test('any ids give the same text', () => {
    for (const { ids, text } of expected.decoded) expect({ ids, text: read.decode(ids) }).toEqual({ ids, text })
  })
})
