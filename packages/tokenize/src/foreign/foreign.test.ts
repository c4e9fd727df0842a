import { describe, expect, test } from 'vitest'
import { trainBpe } from '../training/bpe.ts'
import { loadAnyTokenizer } from './load.ts'

/** A Unigram model as SentencePiece makes them, with bytes for what it lacks. */
function unigram() {
  const words = ['▁', '▁the', '▁whale', 's', 'h', 'i', 'p', '▁sea', '▁a']
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  const special = ['<unk>', '<s>', '</s>']
  return {
    version: '1.0',
    added_tokens: special.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      type: 'Unigram',
      unk_id: 0,
      byte_fallback: true,
      vocab: [
        ...special.map(token => [token, 0]),
        ...bytes.map(token => [token, -20]),
        ...words.map((token, i) => [token, -1 - i]),
      ],
    },
  }
}

describe('loadAnyTokenizer', () => {
  test('runs other kinds by @huggingface/tokenizers, and says so', async () => {
    const warnings: string[] = []
    const tokenizer = await loadAnyTokenizer(unigram(), { warn: message => warnings.push(message) })
    expect(warnings).toEqual([
      'is run by @huggingface/tokenizers, many times slower than our own kinds: expected a model of type "BPE", "WordPiece" or "WordLevel", found "Unigram"',
    ])
    expect([tokenizer.kind, tokenizer.vocabSize, tokenizer.token(tokenizer.endOfText)]).toEqual([
      'unigram',
      268,
      '</s>',
    ])
    const ids = tokenizer.encode(' the whale ship')
    expect(Array.from(ids, id => tokenizer.token(id))).toEqual(['▁the', '▁whale', '▁', 's', 'h', 'i', 'p'])
    expect(tokenizer.decode(ids)).toBe(' the whale ship')
    expect(Buffer.from(tokenizer.tokenBytes(ids[1]!)).toString()).toBe(' whale')
    expect(tokenizer.toJSON()).toEqual(unigram())
  })

  test('special tokens never come from plain text, unless asked for', async () => {
    const tokenizer = await loadAnyTokenizer(unigram())
    const specials = [...tokenizer.special!.values()]
    for (const text of ['</s>', '<s> the</s></s>', '<s<s>>', 'a<unk>']) {
      expect(Array.from(tokenizer.encode(text)).filter(id => specials.slice(1).includes(id))).toEqual([])
    }
    expect(Array.from(tokenizer.encode(' the</s>', { special: 'allow' })).at(-1)).toBe(tokenizer.endOfText)
  })

  test('decoding never throws, and streaming gives the same', async () => {
    const tokenizer = await loadAnyTokenizer(unigram())
    const [the, whale] = [tokenizer.encode(' the')[0]!, tokenizer.encode(' whale')[0]!]
    expect(tokenizer.decode([the, 99999, -1, whale])).toBe(' the\ufffd\ufffd whale')
    const bytes = Array.from(Buffer.from('☠é'), byte => byte + 3)
    const ids = [the, ...bytes, whale, whale]
    const decoder = tokenizer.decoder()
    const pieces = ids.map(id => decoder.push(id))
    expect(pieces.join('') + decoder.end()).toBe(' the☠é whale whale')
    expect(pieces.slice(1, 3)).toEqual(['', ''])
  })

  test('without the package it says what to install; what is broken stays broken', async () => {
    const load = () => Promise.reject(new Error('Cannot find package'))
    await expect(loadAnyTokenizer(unigram(), { load })).rejects.toMatchObject({
      name: 'DataError',
      place: 'model.type',
      advice:
        'npm install @huggingface/tokenizers, which runs it, many times slower; or train a tokenizer on the corpus',
    })
    const broken = (await trainBpe(['the whale'], { vocabSize: 260 })).toJSON() as any
    broken.model.merges = 3
    await expect(loadAnyTokenizer(broken)).rejects.toThrow('expected a list, found a number')
    const none = { ...unigram(), model: { type: 'Trigram' } }
    await expect(loadAnyTokenizer(none)).rejects.toThrow('and @huggingface/tokenizers does not run it')
  })

  test('our own kinds are ours', async () => {
    const own = await trainBpe(['the whale'], { vocabSize: 260 })
    expect((await loadAnyTokenizer(own.toJSON())).kind).toBe('bpe')
  })
})
