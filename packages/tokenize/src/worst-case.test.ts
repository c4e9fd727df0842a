import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Tokenizer } from './tokenizer.ts'
import { trainBpe } from './training/bpe.ts'
import { trainCharacters, trainWords } from './training/level.ts'
import { trainWordPiece } from './training/wordpiece.ts'

// What would take hours or gigabytes if anything were quadratic: the test's time limit is the assertion.

const book = 'The whale and the sea, 鯨と海, кит и море; "naïve" whales don\'t swim 1234 miles.\n'.repeat(20)

/** Text without a break where a cut could be, from many alphabets. */
function mixed(length: number): string {
  const letters = [...'abcxyzäöüßжщю字鯨海가나عربहिन्दी𝔘𐍈e\u0301']
  let text = ''
  for (let i = 0; text.length < length; i++) text += letters[(i * i * 7 + i * 3) % letters.length]!
  return text
}

const junk: Record<string, string> = {
  'a character again and again': 'a'.repeat(100_000),
  'two characters by turns': 'ab'.repeat(50_000),
  ideographs: '鯨'.repeat(100_000),
  'white space': ' '.repeat(100_000),
  'ends of lines': '\n'.repeat(100_000),
  punctuation: '!'.repeat(100_000),
  digits: '1234567890'.repeat(10_000),
  apostrophes: "'s".repeat(50_000),
  'accents on one letter': `e${'\u0301'.repeat(100_000)}`,
  'characters that join': '👩\u200d'.repeat(30_000),
  'mixed alphabets without a break': mixed(200_000),
  'characters that no text has': '\u0000\uFFFF\u{10FFFF}'.repeat(30_000),
}

const trained: Record<string, () => Promise<Tokenizer>> = {
  'bpe, gpt2': () => trainBpe([book], { vocabSize: 500 }),
  'bpe, cl100k': () => trainBpe([book], { vocabSize: 500, cut: 'cl100k' }),
  wordpiece: () => trainWordPiece([book], { vocabSize: 300 }),
  characters: () => trainCharacters([book]),
  words: () => trainWords([book]),
}

describe.each(Object.keys(trained))('%s', name => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await trained[name]!()
  })

  test.each(Object.keys(junk))('encodes and decodes %s', what => {
    const text = junk[what]!
    const ids = tokenizer.encode(text)
    const back = tokenizer.decode(ids)
    if (name.startsWith('bpe')) expect(back === text).toBe(true)
    const stream = tokenizer.decoder()
    let pieces = ''
    for (const id of ids) pieces += stream.push(id)
    expect(pieces + stream.end() === back).toBe(true)
  })

  test('what a junk stands beside does not change', () => {
    // Cut between characters: half of a surrogate pair would come back as U+FFFD.
    const parts = ['the whale\n', ...Object.values(junk).map(text => [...text].slice(0, 1500).join('')), '\nthe sea']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), texts => {
        const whole = texts.join('\n\n')
        if (name.startsWith('bpe')) expect(tokenizer.decode(tokenizer.encode(whole))).toBe(whole)
        else expect(tokenizer.decode(tokenizer.encode(whole)).length).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 10 },
    )
  })
})

test('every junk is learned from, by every trainer', async () => {
  const texts = Object.values(junk)
  const bpe = await trainBpe(texts, { vocabSize: 600 })
  for (const text of texts) expect(bpe.decode(bpe.encode(text)) === text).toBe(true)
  expect(bpe.encode(junk['a character again and again']!).length).toBeLessThan(1000)
  expect((await trainWordPiece(texts, { vocabSize: 400 })).vocabSize).toBeGreaterThan(10)
  expect((await trainCharacters(texts)).vocabSize).toBeGreaterThan(10)
  expect((await trainWords(texts)).vocabSize).toBeGreaterThan(5)
})

test('a million different words are bounded by maxWords', async () => {
  function* words() {
    for (let i = 0; i < 1_000_000; i += 10_000) {
      yield Array.from({ length: 10_000 }, (_, k) => `w${(i + k).toString(36)}`).join(' ')
    }
  }
  const tokenizer = await trainBpe(words(), { vocabSize: 300, maxWords: 50_000 })
  expect(tokenizer.vocabSize).toBe(300)
  const encoded = [...words()].slice(0, 20).map(text => tokenizer.decode(tokenizer.encode(text)) === text)
  expect(encoded).not.toContain(false)
})
