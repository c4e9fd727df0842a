import { beforeAll, describe, expect, test } from 'vitest'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters } from '../training/level.ts'
import { tokenizerFiles } from './files.ts'
import { loadTokenizer } from './load.ts'

let bpe: Tokenizer
let char: Tokenizer

beforeAll(async () => {
  bpe = await trainBpe(['the whale the whale'], { vocabSize: 262 })
  char = await trainCharacters(['the whale'])
})

/** A copy of a tokenizer.json, changed. */
function changed(tokenizer: Tokenizer, change: (json: any) => void): unknown {
  const json = structuredClone(tokenizer.toJSON()) as any
  change(json)
  return json
}

test('the token that ends a text is found again, whatever it is called', async () => {
  const specialTokens = ['<|endoftext|>', '<stop>', '</s>']
  const trained = (await trainBpe(['the whale'], { vocabSize: 262, specialTokens })).toJSON()
  expect(JSON.stringify(trained)).not.toContain('end_of_text')
  for (const [id, endOfText] of specialTokens.entries()) {
    const again = loadTokenizer(loadTokenizer(trained, { endOfText }).toJSON())
    expect(again.endOfText).toBe(id)
    expect(loadTokenizer(again.toJSON(), { endOfText: '<stop>' }).endOfText).toBe(1)
    expect(again.toJSON()).toEqual(loadTokenizer(again.toJSON()).toJSON())
  }
})

describe('what loadTokenizer refuses, in its words', () => {
  const cases: [string, () => unknown, { message: string; place?: string; advice?: string }][] = [
    ['no object', () => [], { message: 'tokenizer.json must hold an object, found a list' }],
    ['no model', () => ({}), { message: 'expected an object, found nothing', place: 'model' }],
    [
      'another model',
      () => changed(bpe, json => (json.model.type = 'Unigram')),
      { message: 'expected a model of type "BPE", "WordPiece" or "WordLevel", found "Unigram"', place: 'model.type' },
    ],
    [
      'another pre-tokenizer',
      () => changed(bpe, json => (json.pre_tokenizer = { type: 'Whitespace' })),
      {
        message: 'expected "ByteLevel", found "Whitespace"',
        place: 'pre_tokenizer.type',
        advice: 'only byte-level BPE as in GPT-2, GPT-4 and Llama 3 is read',
      },
    ],
    [
      'a space put before the text',
      () => changed(bpe, json => (json.pre_tokenizer.add_prefix_space = true)),
      { message: 'expected false, found true', place: 'pre_tokenizer.add_prefix_space' },
    ],
    [
      'a normalizer',
      () => changed(bpe, json => (json.normalizer = { type: 'NFC' })),
      { message: 'expected null, found "NFC"', place: 'normalizer' },
    ],
    [
      'dropout',
      () => changed(bpe, json => (json.model.dropout = 0.1)),
      { message: 'expected null, found 0.1', place: 'model.dropout' },
    ],
    [
      'byte fallback',
      () => changed(bpe, json => (json.model.byte_fallback = true)),
      { message: 'expected false, found true', place: 'model.byte_fallback' },
    ],
    [
      'a token that is not spelt in bytes',
      () => changed(bpe, json => (json.model.vocab['a b'] = 400)),
      { message: 'token "a b" is not spelt in bytes', place: 'model.vocab' },
    ],
    [
      'an id that is none',
      () => changed(bpe, json => (json.model.vocab.a = -1)),
      { message: 'id of "a" is -1', place: 'model.vocab' },
    ],
    [
      'an id of two tokens',
      () => changed(bpe, json => (json.model.vocab.a = 0)),
      { message: '"<|endoftext|>" and "a" both have the id 0', place: 'model.vocab' },
    ],
    [
      'a byte without a token',
      () => changed(bpe, json => delete json.model.vocab.Ġ),
      { message: 'the byte 0x20 has no token', place: 'model.vocab' },
    ],
    [
      'no merges',
      () => changed(bpe, json => delete json.model.merges),
      { message: 'expected a list, found nothing', place: 'model.merges' },
    ],
    [
      'a merge of three',
      () => changed(bpe, json => (json.model.merges[1] = 'a b c')),
      { message: 'expected two tokens, found "a b c"', place: 'model.merges[1]' },
    ],
    [
      'a merge to no token',
      () => changed(bpe, json => (json.model.merges[0] = ['q', 'q'])),
      { message: '"qq" is not in the vocabulary', place: 'model.merges[0]' },
    ],
    [
      'an added token that text would give',
      () => changed(bpe, json => json.added_tokens.push({ id: 400, content: '  ', special: false })),
      {
        message: '"  " is not special: added tokens that are cut from plain text are not supported',
        place: 'added_tokens[1]',
      },
    ],
    [
      'an added token without an id',
      () => changed(bpe, json => json.added_tokens.push({ content: '<x>' })),
      { message: 'expected an object with content and id', place: 'added_tokens[1]' },
    ],
    [
      'no end of text',
      () => changed(bpe, json => (json.added_tokens[0].content = '<stop>')),
      {
        message: 'no special token is known to end a text, there are: <stop>',
        advice: 'name the one that does: endOfText, on the command line --end-of-text',
      },
    ],
    [
      'a WordLevel model cut in another way',
      () => changed(char, json => (json.pre_tokenizer.pattern.Regex = '\\s+')),
      {
        message:
          'a WordLevel model is read only behind the Split pre-tokenizers that trainCharacters and trainWords write',
        place: 'pre_tokenizer',
      },
    ],
    [
      'an unknown token that is not special',
      () => changed(char, json => (json.model.unk_token = 'a')),
      { message: 'expected a special token, found "a"', place: 'model.unk_token' },
    ],
  ]
  test.each(cases)('%s', (_, json, expected) => {
    const load = () => {
      try {
        return loadTokenizer(json())
      } catch (error) {
        return error
      }
    }
    expect(load()).toMatchObject({ name: 'DataError', ...expected })
  })
})

describe('what it takes', () => {
  test('a Sequence of one, and ids between others that no token has', () => {
    const json = changed(bpe, value => {
      value.pre_tokenizer = { type: 'Sequence', pretokenizers: [value.pre_tokenizer] }
      value.model.vocab['<pad>'] = 300
      value.added_tokens.push({ id: 300, content: '<pad>', special: true })
    })
    const read = loadTokenizer(json)
    expect(read.vocabSize).toBe(301)
    expect([read.token(300), read.token(299), read.decode([299]), read.decode([300])]).toEqual([
      '<pad>',
      '',
      '',
      '<pad>',
    ])
    expect(read.encode('the <pad>')).toEqual(bpe.encode('the <pad>'))
  })

  test('an end of text of another name', () => {
    const json = changed(bpe, value => {
      value.model.vocab['<stop>'] = 262
      value.added_tokens.push({ id: 262, content: '<stop>', special: true })
    })
    expect(loadTokenizer(json, { endOfText: '<stop>' }).endOfText).toBe(262)
    expect(() => loadTokenizer(json, { endOfText: '<halt>' })).toThrow(
      'no special token is "<halt>", there are: <|endoftext|>, <stop>',
    )
  })
})

describe('tokenizerFiles', () => {
  test('writes what a model directory holds', () => {
    const files = tokenizerFiles(bpe, { modelMaxLength: 64 })
    expect([...files.keys()]).toEqual([
      'tokenizer.json',
      'tokenizer_config.json',
      'special_tokens_map.json',
      'vocab.json',
      'merges.txt',
    ])
    const json = JSON.parse(files.get('tokenizer.json')!)
    expect(json).toEqual(bpe.toJSON())
    expect(JSON.parse(files.get('vocab.json')!)).toEqual(json.model.vocab)
    expect(files.get('merges.txt')).toBe(
      `#version: 0.2\n${json.model.merges.map((m: string[]) => `${m.join(' ')}\n`).join('')}`,
    )
    expect(JSON.parse(files.get('tokenizer_config.json')!)).toEqual({
      tokenizer_class: 'GPT2TokenizerFast',
      bos_token: '<|endoftext|>',
      eos_token: '<|endoftext|>',
      unk_token: '<|endoftext|>',
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      model_max_length: 64,
    })
    const level = tokenizerFiles(char)
    expect([...level.keys()]).toEqual(['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'])
    expect(JSON.parse(level.get('special_tokens_map.json')!)).toEqual({
      bos_token: '<|endoftext|>',
      eos_token: '<|endoftext|>',
      unk_token: '<|unk|>',
    })
  })
})
