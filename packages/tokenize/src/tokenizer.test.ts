import { toUSVString } from 'node:util'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadTokenizer } from './json/load.ts'
import { Ids } from './tables/ids.ts'
import { golden, sha256OfIds } from './testing/golden.ts'
import type { Tokenizer } from './tokenizer.ts'
import { trainBpe } from './training/bpe.ts'
import { trainCharacters, trainWords } from './training/level.ts'

const { docs } = golden('bpe')
const kinds: Record<string, () => Promise<Tokenizer>> = {
  bpe: () => trainBpe(docs, { vocabSize: 700 }),
  char: () => trainCharacters(docs),
  word: () => trainWords(docs),
}

/** Any code units at all, lone surrogates among them. */
const anyString = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map(c => String.fromCharCode(c)),
  maxLength: 40,
})

describe.each(Object.keys(kinds))('%s', kind => {
  let tokenizer: Tokenizer

  beforeAll(async () => {
    tokenizer = await kinds[kind]!()
  })

  test('says what it is', () => {
    expect(tokenizer.kind).toBe(kind)
    expect(tokenizer.endOfText).toBe(0)
    expect(tokenizer.token(0)).toBe('<|endoftext|>')
    expect(new TextDecoder().decode(tokenizer.tokenBytes(0))).toBe('<|endoftext|>')
  })

  test('decodes any ids without a throw, streaming as at once', () => {
    const id = fc.oneof(fc.integer({ min: 0, max: 800 }), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 40, Number.NaN))
    fc.assert(
      fc.property(fc.array(id, { maxLength: 30 }), ids => {
        const whole = tokenizer.decode(ids)
        expect(toUSVString(whole)).toBe(whole)
        const decoder = tokenizer.decoder()
        const pieces = ids.map(one => decoder.push(one))
        for (const piece of pieces) expect(toUSVString(piece)).toBe(piece)
        expect(pieces.join('') + decoder.end()).toBe(whole)
      }),
      { numRuns: 1500 },
    )
    expect(tokenizer.decode([tokenizer.vocabSize])).toBe('\ufffd')
    expect(tokenizer.token(tokenizer.vocabSize)).toBe('\ufffd')
  })

  test('special tokens never come from text', () => {
    for (const text of ['<|endoftext|>', 'a<|endoftext|> <|unk|>b', '<|unk|>']) {
      const ids = Array.from(tokenizer.encode(text))
      expect(ids).not.toContain(tokenizer.endOfText)
      if (kind === 'bpe') expect(tokenizer.decode(ids)).toBe(text)
    }
  })

  test('special tokens are found where that is asked for', () => {
    const { special } = tokenizer
    const text = 'the<|endoftext|> waves<|endoftext|>'
    const plain = (part: string) => Array.from(tokenizer.encode(part))
    expect([...special!.keys()][0]).toBe('<|endoftext|>')
    expect(Array.from(tokenizer.encode(text, { special: 'allow' }))).toEqual([
      ...plain('the'),
      0,
      ...plain(' waves'),
      0,
    ])
    expect(tokenizer.decode(tokenizer.encode(text, { special: 'allow' }))).toBe(text)
    expect(tokenizer.encode('the', { special: 'allow' })).toEqual(tokenizer.encode('the'))
    expect(tokenizer.encode(text, { special: 'text' })).toEqual(tokenizer.encode(text))
  })

  test('a lone surrogate counts as U+FFFD', () => {
    for (const text of ['\ud800', 'a\udc00b', '\ud83d', '\ude00\ud83d', 'x\ud800\ud800']) {
      expect(tokenizer.encode(text)).toEqual(tokenizer.encode(toUSVString(text)))
    }
  })

  test('UTF-8 in the middle of a buffer gives the same ids as the string', () => {
    fc.assert(
      fc.property(anyString, text => {
        const utf8 = Buffer.from(`\u00e9${text}z`, 'utf8')
        expect(idsOf(tokenizer, utf8, 2, utf8.length - 1)).toEqual(Array.from(tokenizer.encode(text)))
      }),
      { numRuns: 300 },
    )
  })

  test('comes back from its tokenizer.json', () => {
    const read = loadTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())))
    expect(read.toJSON()).toEqual(tokenizer.toJSON())
    expect([read.kind, read.vocabSize, read.endOfText]).toEqual([kind, tokenizer.vocabSize, 0])
    fc.assert(
      fc.property(anyString, text => {
        expect(read.encode(text)).toEqual(tokenizer.encode(text))
      }),
      { numRuns: 200 },
    )
  })

  test('text that was learned comes back', () => {
    for (const text of docs) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    expect(tokenizer.encode('')).toEqual(new Int32Array(0))
  })
})

function idsOf(tokenizer: Tokenizer, bytes: Uint8Array, at: number, end: number): number[] {
  const out = new Ids()
  tokenizer.encodeUtf8!(bytes, at, end, out)
  return Array.from(out.toArray())
}

describe('byte-level BPE', () => {
  let tokenizer: Tokenizer

  beforeAll(async () => {
    tokenizer = await trainBpe(docs, { vocabSize: 700 })
  })

  test('any well-formed string comes back', () => {
    fc.assert(
      fc.property(fc.oneof(anyString, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), text => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(toUSVString(text))
      }),
      { numRuns: 2000 },
    )
    const all = toUSVString(Array.from({ length: 0x11000 }, (_, i) => String.fromCodePoint(i * 16)).join(''))
    expect(tokenizer.decode(tokenizer.encode(all))).toBe(all)
  })

  test('the bytes of the ids are the bytes of the text', () => {
    const text = docs.join('')
    const bytes = Array.from(tokenizer.encode(text), id => Buffer.from(tokenizer.tokenBytes(id)))
    expect(Buffer.concat(bytes).toString('utf8')).toBe(text)
  })

  test('junk of a million characters is only work, not endless work', () => {
    for (const junk of ['a'.repeat(1_000_000), 'ab'.repeat(300_000), ' '.repeat(500_000), '\u5b57'.repeat(200_000)]) {
      const ids = tokenizer.encode(junk)
      expect(tokenizer.decode(ids)).toBe(junk)
    }
  })

  test('ids are the same however full the cache of words is', async () => {
    // More distinct words than the cache holds, twice over: it is emptied on the way.
    const words = Array.from({ length: 300_000 }, (_, i) => ` w${(i * 7919) % 300_000}x`)
    const fresh = loadTokenizer(tokenizer.toJSON())
    const whole = fresh.encode(words.join(''))
    expect(sha256OfIds(fresh.encode(words.join('')))).toBe(sha256OfIds(whole))
    expect(fresh.decode(whole) === words.join('')).toBe(true)
    const last = words.slice(-50).join('')
    expect(whole.slice(-tokenizer.encode(last).length)).toEqual(tokenizer.encode(last))
  })
})

describe('unknown pieces', () => {
  test('become the unknown token, which decodes to U+FFFD', async () => {
    const characters = await trainCharacters(['abc'])
    expect(Array.from(characters.encode('axc'))).toEqual([2, 1, 4])
    expect(characters.decode(characters.encode('axc'))).toBe('a\ufffdc')
    expect(characters.token(1)).toBe('<|unk|>')
    const words = await trainWords(['call me'])
    expect(words.decode(words.encode('call you'))).toBe('call \ufffd')
  })
})
