import fc from 'fast-check'
import { expect, test } from 'vitest'
import { finish as finishSteps } from '../testing/finish.ts'
import { classOf, inWord, letter, unspaced } from '../text/classes.ts'
import { Shingles, stretch } from './shingles.ts'
import { finish } from './text-hash.ts'

/** The words of a text as they count, character by character. */
function plainWords(text: string): number[] {
  const words: number[] = []
  const chars = [...text].map(char => ({ char, bits: classOf(char.codePointAt(0)!) }))
  for (let i = 0; i < chars.length; ) {
    const from = i
    while (i < chars.length && (chars[i]!.bits & inWord) !== 0 && (i === from || (chars[i]!.bits & unspaced) === 0)) {
      if ((chars[i++]!.bits & unspaced) !== 0) break
    }
    const word = chars.slice(from, i)
    if (word.length === 0) i++
    else if (!word.some(({ bits }) => (bits & letter) !== 0)) words.push(0)
    else {
      // FNV-1a over code points.
      const codes = word.map(({ char }) => char.toLowerCase().codePointAt(0)!)
      words.push(codes.reduce((hash, code) => Math.imul(hash ^ code, 0x01000193), 0x811c9dc5 | 0))
    }
  }
  return words
}

/** Each run from its words alone. */
function plainRuns(words: readonly number[], n: number): number[] {
  if (words.length === 0) return []
  return Array.from({ length: Math.max(1, words.length - n + 1) }, (_, i) =>
    finish(words.slice(i, i + n).reduce((hash, word) => (Math.imul(hash, 0x9e3779b1) + word + 0x7ed55d16) | 0, 0)),
  )
}

const texts = fc
  .array(
    fc.constantFrom(
      'whale',
      'Ahab',
      'x',
      'É',
      'ẞa',
      '山',
      '山水',
      'の',
      'ก',
      '1',
      '٣9',
      '_',
      '7th',
      ' ',
      ' ',
      '. ',
      '\n',
      '’',
      '\u0301',
      '🐋',
    ),
    {
      maxLength: 60,
    },
  )
  .map(parts => parts.join(''))

test('are those of the words one by one, rolled on or not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 13 }), fc.array(texts, { minLength: 1, maxLength: 3 }), (n, several) => {
      const shingles = new Shingles(n)
      for (const text of several) {
        const bytes = Buffer.from(`Q${text}zz`)
        const { hashes, count } = shingles.read(bytes, 1, bytes.length - 2)
        expect(Array.from(hashes.subarray(0, count), hash => hash >>> 0)).toEqual(plainRuns(plainWords(text), n))
        const other = new Shingles(n + 1).ofWords(shingles)
        expect(Array.from(other.hashes.subarray(0, other.count), hash => hash >>> 0)).toEqual(
          plainRuns(plainWords(text), n + 1),
        )
      }
    }),
    { numRuns: 1000 },
  )
})

test('of more words than there was room for', () => {
  const text = Array.from({ length: 9000 }, (_, i) => `w${i}`).join(' ')
  const bytes = Buffer.from(text)
  const { hashes, count } = new Shingles(5).read(bytes, 0, bytes.length)
  expect(Array.from(hashes.subarray(0, count), hash => hash >>> 0)).toEqual(plainRuns(plainWords(text), 5))
})

test('in steps are the same', () => {
  const unit = 'whale É山水の 1 7th, ก\u0301 don’t '
  for (const [n, text] of [
    [5, unit.repeat(Math.ceil((3 * stretch) / Buffer.byteLength(unit)))],
    // One word, and one that goes on beyond a step.
    [5, 'x'.repeat(3 * stretch)],
    [2, `${'a '.repeat(stretch / 2 - 3)}${'é'.repeat(stretch)} ${'山'.repeat(stretch + 9)}`],
    [1, ' '.repeat(3 * stretch)],
    [3, ''],
  ] as const) {
    const bytes = Buffer.from(`Q${text}zz`)
    const [once, inSteps] = [new Shingles(n), new Shingles(n)]
    // What was read before is forgotten.
    finishSteps(inSteps.readInSteps(bytes, 0, bytes.length))
    once.read(bytes, 1, bytes.length - 2)
    finishSteps(inSteps.readInSteps(bytes, 1, bytes.length - 2))
    expect(inSteps.count).toBe(once.count)
    const hashes = ({ hashes, count }: Shingles) => Buffer.from(hashes.buffer, 0, 4 * count)
    expect(hashes(inSteps).equals(hashes(once))).toBe(true)
    const [other, otherInSteps] = [new Shingles(n + 2).ofWords(once), new Shingles(n + 2)]
    finishSteps(otherInSteps.ofWordsInSteps(inSteps))
    expect(hashes(otherInSteps).equals(hashes(other))).toBe(true)
  }
})
