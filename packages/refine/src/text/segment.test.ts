import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sentences } from '../testing/sentences.ts'
import { longest, Segments } from './segment.ts'
import { Words } from './words.ts'

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const whole = (run: string): string[] => [...segmenter.segment(run)].map(({ segment }) => segment)

const segments = new Segments()

/** The words of the run that begins at a place in a text, some at a time; and where it ends. */
function wordsOf(bytes: Buffer, from: number, most: number): { words: string[]; to: number } {
  const words = new Words()
  const to = segments.open(bytes, from, bytes.length)
  while (segments.add(words, most));
  const found = Array.from({ length: words.count }, (_, i) => {
    const word = bytes.toString('utf8', words.start(i), words.end(i))
    expect([...word]).toHaveLength(words.chars(i))
    return word
  })
  expect(segments.chars).toBe([...bytes.toString('utf8', from, to)].length)
  return { words: found, to }
}

const run = fc
  .array(fc.constantFrom(...'老人从山里回来春眠不觉晓の本を読むカタカナー𠀀漢ประเทศไทยភាសាខ្មែរမြန်မာ'), {
    minLength: 1,
    maxLength: 30,
  })
  .map(parts => parts.join(''))
  // A run begins with a letter.
  .filter(text => /^\p{L}/u.test(text))
const between = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('\n', ' ', '。', ', and ', '\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(900), ' '.repeat(1100)) },
)

test('runs are cut as if each stood by itself', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(run, between), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, most) => {
        const bytes = Buffer.from(parts.flat().join(''))
        let at = 0
        segments.reset()
        for (const [text, gap] of parts) {
          const { words, to } = wordsOf(bytes, at, most)
          expect(words).toEqual(whole(text))
          at = to + Buffer.byteLength(gap)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a run that is left before its end, and another text after it', () => {
  const bytes = Buffer.from('老人从山里回来\n春眠不觉晓\n老人从山里回来')
  segments.reset()
  segments.open(bytes, 0, bytes.length)
  segments.add(new Words(), 1)
  segments.reset()
  expect(wordsOf(bytes, 22, 99).words).toEqual(whole('春眠不觉晓'))
  // Not the next one, but the first again.
  expect(wordsOf(bytes, 0, 99).words).toEqual(whole('老人从山里回来'))
})

test('the pieces of a long run are cut as the whole is', () => {
  const prose = ['zh', 'ja', 'th'].flatMap(lang => sentences[lang] ?? [])
  const letters = prose.map(sentence => sentence.replace(/[^\p{L}\p{M}]/gu, ''))
  expect(letters.length).toBeGreaterThan(5)
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...letters), { minLength: 500, maxLength: 700 }), parts => {
      const text = parts.join('')
      const bytes = Buffer.from(text)
      expect(bytes.length).toBeGreaterThan(longest)
      segments.reset()
      const { words, to } = wordsOf(bytes, 0, 1000)
      expect(to).toBe(bytes.length)
      expect(words.join('|') === whole(text).join('|')).toBe(true)
    }),
    { numRuns: 8 },
  )
})

test('a word longer than a piece ends with it', () => {
  const text = `一${'\u0301'.repeat(longest)}`
  segments.reset()
  const { words } = wordsOf(Buffer.from(text), 0, 10)
  expect(words.join('')).toBe(text)
  expect(words.map(word => Buffer.byteLength(word)).every(bytes => bytes <= longest)).toBe(true)
})

test('bytes that are no UTF-8 end', () => {
  const bytes = Buffer.concat([
    Buffer.from('老人从山里回来'),
    Buffer.from([0xe4, 0xb8]),
    Buffer.from('春眠不觉晓\n春眠'),
  ])
  segments.reset()
  const words = new Words()
  const to = segments.open(bytes, 0, bytes.length)
  while (segments.add(words, 3));
  expect(to).toBeLessThanOrEqual(bytes.length)
})
