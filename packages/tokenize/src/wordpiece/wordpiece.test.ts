import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { tokenizerFiles } from '../json/files.ts'
import { loadTokenizer } from '../json/load.ts'
import { encodeWithOffsets } from '../offsets.ts'
import { golden, mobyDick, sha256, sha256OfIds } from '../testing/golden.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { readVocabTxt } from './read.ts'
import { wordPieceTokenizer } from './tokenizer.ts'

const { docs } = golden('wordpiece')
let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainWordPiece(docs, { vocabSize: 600 })
})

const tokens = (text: string): string[] => Array.from(tokenizer.encode(text), id => tokenizer.token(id))

describe('WordPiece', () => {
  test('cuts words into the longest pieces, lowercase and without accents', () => {
    expect(tokens('The WÁVES!')).toEqual(['the', 'waves', '!'])
    expect(tokens('lighthouses')).toEqual(['lighthouse', '##s'])
    expect(tokens('ж'.repeat(101))).toEqual(['[UNK]'])
    expect(tokens('[SEP]').every(token => token !== '[SEP]')).toBe(true)
  })

  test('decodes to words with spaces between, at once as in a stream', () => {
    const ids = tokenizer.encode('The keeper counted  waves, waves.')
    expect(tokenizer.decode(ids)).toBe('the keeper counted waves, waves.')
    const decoder = tokenizer.decoder()
    expect(Array.from(ids, id => decoder.push(id)).join('') + decoder.end()).toBe(tokenizer.decode(ids))
    expect(tokenizer.decode([99_999])).toBe('\ufffd')
  })

  test('offsets lie within the text, in order, and cut out what was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), text => {
        const { ids, offsets } = encodeWithOffsets(tokenizer, text)
        expect(ids).toEqual(tokenizer.encode(text))
        for (let i = 0; i < offsets.length; i += 2) {
          expect(offsets[i]!).toBeLessThan(offsets[i + 1]!)
          expect(offsets[i + 1]!).toBeLessThanOrEqual(text.length)
          if (i > 0) expect(offsets[i]!).toBeGreaterThanOrEqual(offsets[i - 2]!)
        }
      }),
      { numRuns: 300 },
    )
    const { offsets } = encodeWithOffsets(tokenizer, 'é Wáves 🌊!')
    expect(Array.from(offsets)).toEqual([0, 1, 2, 7, 8, 10, 10, 11])
  })

  test('the cache has no influence on ids', () => {
    const whole = tokenizer.encode(docs.join(' '))
    expect(tokenizer.encode(docs.join(' '))).toEqual(whole)
    const parts = docs.flatMap((doc: string) => Array.from(loadTokenizer(tokenizer.toJSON()).encode(doc)))
    expect(Array.from(whole)).toEqual(parts)
  })

  test('files are those of BERT, and vocab.txt comes back', () => {
    const files = tokenizerFiles(tokenizer, { modelMaxLength: 128 })
    expect([...files.keys()]).toEqual([
      'tokenizer.json',
      'tokenizer_config.json',
      'special_tokens_map.json',
      'vocab.txt',
    ])
    expect(JSON.parse(files.get('tokenizer_config.json')!)).toEqual({
      tokenizer_class: 'BertTokenizerFast',
      unk_token: '[UNK]',
      sep_token: '[SEP]',
      pad_token: '[PAD]',
      cls_token: '[CLS]',
      mask_token: '[MASK]',
      do_lower_case: true,
      strip_accents: null,
      tokenize_chinese_chars: true,
      clean_up_tokenization_spaces: false,
      model_max_length: 128,
    })
    const again = wordPieceTokenizer(readVocabTxt(files.get('vocab.txt')!))
    expect(again.toJSON()).toEqual(tokenizer.toJSON())
    expect(() => readVocabTxt('a\nb\na\n')).toThrow('"a" stands twice, first in line 1')
    expect(() => readVocabTxt('a\nb\n')).toThrow('the vocabulary has no [UNK]')
  })
})

describe('trainWordPiece', () => {
  test('says when the alphabet does not fit', async () => {
    await expect(trainWordPiece(['abc'], { vocabSize: 9 })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'vocabSize is 9, special tokens and alphabet need 10',
      advice: 'raise it, or set limitAlphabet',
    })
    await expect(trainWordPiece(['abc'], { vocabSize: 9, specialTokens: ['[SEP]'] })).rejects.toThrow(
      'specialTokens lacks [UNK]',
    )
  })

  test('limits the alphabet and the length of tokens', async () => {
    const few = await trainWordPiece(['aaa aab aac abcd'], { vocabSize: 40, limitAlphabet: 2, minFrequency: 1 })
    expect(few.token(few.encode('aac')[0]!)).toBe('[UNK]')
    expect(few.decode(few.encode('aab'))).toBe('aab')
    const short = await trainWordPiece(['abcdefgh '.repeat(9)], { vocabSize: 99, maxTokenLength: 5 })
    const lengths = Array.from({ length: short.vocabSize }, (_, id) => short.tokenBytes(id).length).slice(5)
    expect(Math.max(...lengths)).toBe(4)
  })

  test.each(golden('moby-dick').wordpiece as any[])('Moby-Dick, $vocabSize', async wanted => {
    const { vocabSize, minFrequency, initialTokens, options } = wanted
    const text = mobyDick()
    const trained = await trainWordPiece([text], {
      vocabSize,
      minFrequency,
      initialTokens,
      lowercase: options.lowercase,
    })
    const vocab = Array.from({ length: trained.vocabSize }, (_, id) => trained.token(id))
    expect(sha256(vocab.join('\n'))).toBe(wanted.vocabSha256)
    const ids = trained.encode(text)
    expect([ids.length, sha256OfIds(ids)]).toEqual([wanted.ids, wanted.idsSha256])
  })
})
