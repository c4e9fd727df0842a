import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gpt2Word } from './words.ts'

function cut(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8')
  const words: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = gpt2Word(bytes, at, bytes.length)
    words.push(bytes.subarray(at, end).toString('utf8'))
    at = end
  }
  return words
}

// JavaScript's `\s` has U+FEFF and lacks U+0085: the class is spelt out. Its letters are of another Unicode from version to
// version: the characters below are old enough for all of them.
const white = '\\p{White_Space}'
const gpt2 = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${white}\\p{L}\\p{N}]+|${white}+(?!\\P{White_Space})|${white}+`,
  'gu',
)

describe('gpt2Word', () => {
  const pieces = [
    ..."abRSz'stremvld'109_-.,!",
    ' ',
    ' ',
    '\n',
    '\r',
    '\t',
    '\u00a0',
    '\u0085',
    '\u3000',
    '\u200b',
    '\ufeff',
  ]
  const wide = [
    'é',
    'ß',
    'я',
    '字',
    'ば',
    '한',
    'ا',
    '\u0301',
    '²',
    '½',
    '५',
    '😀',
    '\u200d',
    '𝔸',
    '𐌰',
    '\u2028',
    '\ufffd',
  ]
  const text = fc
    .array(fc.constantFrom(...pieces, ...wide, "'ll", "'re", "it's"), { maxLength: 40 })
    .map(a => a.join(''))

  test("cuts as GPT-2's expression does", () => {
    fc.assert(
      fc.property(text, value => {
        expect(cut(value)).toEqual(value.match(gpt2) ?? [])
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ["they're  late", ['they', "'re", ' ', ' late']],
    ['a\n\nb', ['a', '\n', '\n', 'b']],
    ['a \n b  ', ['a', ' \n', ' b', '  ']],
    ["'S 's", ["'", 'S', " '", 's']],
    ['x²½ １２', ['x', '²½', ' １２']],
    ['e\u0301', ['e', '\u0301']],
    ['', []],
  ])('%j', (value, words) => {
    expect(cut(value)).toEqual(words)
  })

  test('goes through bytes that are no UTF-8, one at a time, and never past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), bytes => {
        let at = 0
        while (at < bytes.length) {
          const end = gpt2Word(bytes, at, bytes.length)
          expect(end).toBeGreaterThan(at)
          expect(end).toBeLessThanOrEqual(bytes.length)
          at = end
        }
      }),
      { numRuns: 2000 },
    )
  })
})
