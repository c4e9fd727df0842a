import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadTokenizer } from '../json/load.ts'
import { loadTiktoken } from '../json/tiktoken.ts'
import { loadVocabMerges } from '../json/vocab-merges.ts'
import { encodeWithOffsets } from '../offsets.ts'
import { golden, gpt2Files } from '../testing/golden.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { unspell } from './byte-level.ts'
import { type BpeCutName, bpeCuts } from './cuts.ts'

const expected = golden('cuts')
const strings: string[] = expected.strings

function expectIds(tokenizer: Tokenizer, ids: number[][]): void {
  strings.forEach((text, i) => {
    expect({ text, ids: Array.from(tokenizer.encode(text)) }).toEqual({ text, ids: ids[i] })
  })
}

describe.each(['cl100k', 'qwen2'] as BpeCutName[])('%s', cut => {
  const wanted = expected.cuts[cut]

  test("is Hugging Face's: tokenizer.json trained, written, read, and ids", async () => {
    const trained = await trainBpe(expected.docs, { vocabSize: 700, cut })
    expect(trained.toJSON()).toEqual(wanted.json)
    expectIds(trained, wanted.encoded)
    const read = loadTokenizer(wanted.json)
    expect(read.toJSON()).toEqual(wanted.json)
    expectIds(read, wanted.encoded)
  })

  test('cuts as its expression does', () => {
    // JavaScript writes the case of a group otherwise; of Unicode only what all versions of it know.
    const pattern = bpeCuts[cut].pattern.replace(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
      "'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])",
    )
    const piece = fc.constantFrom(
      ...['\n', '\r', ' ', '\t', "'", 's', 'S', 'L', 'é', '字', '1', '½', '!', '_', '\u0301', '😀', '\u3000'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), pieces => {
        const text = pieces.join('')
        const bytes = Buffer.from(text, 'utf8')
        const words: string[] = []
        for (let at = 0; at < bytes.length; ) {
          const stop = bpeCuts[cut].end(bytes, at, bytes.length)
          words.push(bytes.toString('utf8', at, stop))
          at = stop
        }
        expect(words).toEqual(text.match(new RegExp(pattern, 'gu')) ?? [])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a word that is a token as a whole', () => {
  test('is not merged where tokenizer.json says so', () => {
    const read = loadTokenizer(expected.ignoreMerges.json)
    expect(read.toJSON()).toEqual(expected.ignoreMerges.json)
    for (const { text, ids } of expected.ignoreMerges.encoded) expect(Array.from(read.encode(text))).toEqual(ids)
  })
})

describe("GPT-2's vocabulary", () => {
  const { vocab, merges } = gpt2Files()

  test("gives Hugging Face's ids and offsets", () => {
    const gpt2 = loadVocabMerges(vocab, merges)
    expect([gpt2.vocabSize, gpt2.endOfText]).toEqual([50257, 50256])
    expectIds(gpt2, expected.gpt2)
    strings.forEach((text, i) => {
      const { offsets } = encodeWithOffsets(gpt2, text)
      const pairs = Array.from({ length: offsets.length / 2 }, (_, k) => [offsets[2 * k], offsets[2 * k + 1]])
      expect({ text, pairs }).toEqual({ text, pairs: expected.offsets[i] })
    })
  })

  test('as a tiktoken file gives the ids of tiktoken', () => {
    const lines = Object.entries(vocab)
      .filter(([token]) => token !== '<|endoftext|>')
      .map(([token, rank]) => `${Buffer.from(unspell(token)!).toString('base64')} ${rank}\n`)
    const ranks = lines.join('')
    expectIds(loadTiktoken(ranks), expected.tiktoken)
    const asGpt2 = loadTiktoken(ranks, { cut: 'gpt2', specialTokens: { '<|endoftext|>': 50256 } })
    expectIds(asGpt2, expected.gpt2)
    expect(asGpt2.endOfText).toBe(50256)
    expectIds(loadTokenizer(asGpt2.toJSON()), expected.gpt2)
    expect(() => loadTiktoken('IQ== 0\nIg== x\n')).toThrow('expected a token in base64 and a rank, found "Ig== x"')
    expect(() => loadTiktoken('IQ== 0\n')).toThrow('the byte 0x00 has no rank')
  })
})
