import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Steps } from '../stage/steps.ts'
import { plainScan } from '../testing/plain-scan.ts'
import { Scan } from './scan.ts'
import { alphabetic, symbolic } from './words.ts'

const scan = new Scan()

/** Takes all steps. @returns how many there were */
function finish(steps: Steps<void> | undefined): number {
  let count = 1
  while (steps && !steps.next().done) count++
  return count
}

/** What a scan found in a text that lies among other bytes. */
function found(text: string) {
  const bytes = Buffer.from(`cookie${text}kies`)
  finish(scan.scan(bytes, 6, bytes.length - 4))
  const { words, lines } = scan
  const textOf = (start: number, end: number) => bytes.toString('utf8', start, end)
  return {
    words: Array.from({ length: words.count }, (_, i) => {
      const kind = words.data[3 * i + 2]! & 3
      const word = textOf(words.start(i), words.end(i))
      expect([...word]).toHaveLength(words.chars(i))
      return [word, kind === alphabetic ? 'alphabetic' : kind === symbolic ? 'symbolic' : 'other']
    }),
    lines: Array.from({ length: lines.count }, (_, i) => ({
      text: textOf(lines.starts[i]!, lines.ends[i]!),
      ink: textOf(lines.inkStarts[i]!, lines.inkEnds[i]!),
      chars: lines.chars[i]!,
      words: lines.words[i]!,
      marks: lines.marks[i]!,
    })),
  }
}

const pieces = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-zA-Z]{1,40}$/) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(' ', ' ', '  ', '\n', '\r\n', '\r', '\t', '\u0085', '\u2028', '\u3000', '\u001c'),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...`.,'’"-•…{[#_()!?。！é一山のก١9\u0301\u200d🐋`, '...', '…', '1,000.5', 'U.S.', '7th'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        'JavaScript',
        'lorem ipsum',
        'Uses cookies',
        'use of COOKIES',
        'use cookies',
        'Cookie policy',
        'Terms of use',
      ],
      ...['privacy policy', 'psu', 'vac', 'rms', 'kie', 'jav', '老人从山里回来', 'の本を読む', 'ประเทศไทย'],
    ),
  },
)

test('finds in one pass what character by character gives', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), parts => {
      const text = parts.join('')
      const plain = plainScan(text)
      const { words, lines } = found(text)
      expect(words).toEqual(plain.words)
      const blank = (line: string) => [...line].map(char => (/\s/.test(char) || char < '!' ? ' ' : char)).join('')
      expect(lines.map(({ chars: _, ...line }) => ({ ...line, ink: blank(line.ink) }))).toEqual(
        plain.lines.map(line => ({ ...line, ink: blank(line.ink) })),
      )
      for (const { text, chars } of lines) expect(chars).toBe([...text].length)

      const of = (kind: string) => plain.words.filter(each => each[1] === kind)
      const all = plain.words.map(([word]) => word)
      const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
      const { newlines, hashes, ellipses, chars } = scan
      expect({ newlines, hashes, ellipses, chars }).toEqual({
        newlines: count(/\n/g),
        hashes: count(/#/g),
        ellipses:
          count(/…/g) + all.filter(word => /^\.+$/.test(word)).reduce((n, run) => n + Math.floor(run.length / 3), 0),
        chars: [...text].length,
      })
      const { alphabetic, symbolic, length } = scan.words
      expect([alphabetic, symbolic]).toEqual([of('alphabetic').length, of('symbolic').length])
      expect(length).toBe([...of('alphabetic'), ...of('other')].reduce((n, [word]) => n + [...word].length, 0))
    }),
    { numRuns: 1500 },
  )
})

const counts = ({ words, chars, newlines, hashes, ellipses, letters, unspacedLetters }: Scan) => {
  const { count, alphabetic, symbolic, length } = words
  return { count, alphabetic, symbolic, length, chars, newlines, hashes, ellipses, letters, unspacedLetters }
}
const linesOf = ({ lines }: Scan) =>
  Array.from({ length: lines.count }, (_, i) => [
    ...[lines.starts[i], lines.ends[i], lines.inkStarts[i], lines.inkEnds[i]],
    ...[lines.chars[i], lines.words[i], lines.marks[i]],
  ])

test('counts without a list what it finds with one', () => {
  const other = new Scan()
  const wordsOf = ({ data, count }: Scan['words']) => Array.from(data.subarray(0, 3 * count))
  const plain = fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z]{1,9}$/) },
    { weight: 6, arbitrary: fc.constantFrom(' ', '\n', ' ', '\r\n', '\r', '\t', '\f', '\u001d') },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...[..."0123456789.,'_-#{[!", '...', '......', '1,000.5', 'U.S.', '7th', '3_D', "don't", '__', '\0', '\x7f'],
      ),
    },
  )
  const either = fc.oneof({ weight: 12, arbitrary: plain }, { weight: 1, arbitrary: pieces })
  let counted = 0
  fc.assert(
    fc.property(fc.array(either, { maxLength: 120 }), fc.boolean(), (parts, padded) => {
      // What is strange is rare enough to be counted by bits where there is much else.
      const text = padded ? `${parts.join('')}\n${'the whale swam 7 miles, or 8. '.repeat(200)}` : parts.join('')
      const bytes = Buffer.from(`.7x${text}x7.`)
      finish(scan.scan(bytes, 3, bytes.length - 3))
      finish(other.count(bytes, 3, bytes.length - 3))
      if (!other.listed) counted++
      expect(counts(other)).toEqual(counts(scan))
      expect(linesOf(other)).toEqual(linesOf(scan))
      if (other.listed) return
      const listed: number[] = []
      for (let at = 3; at < bytes.length - 3; ) {
        at = other.list(bytes, 3, at, bytes.length - 3)
        if (other.some.count > 0) listed.push(...wordsOf(other.some))
      }
      expect(counts(other)).toEqual(counts(scan))
      expect(listed).toEqual(wordsOf(scan.words))
    }),
    { numRuns: 3000 },
  )
  expect(counted).toBeGreaterThan(1000)
})

test('finds the same in steps: words of a long run are those of the whole', () => {
  const other = new Scan()
  const said = (each: Scan) => JSON.stringify([counts(each), linesOf(each)])
  const scripts = fc.constantFrom(
    '老人从山里回来春眠不觉晓',
    'の本を読むカタカナ',
    'ประเทศไทยมีประชากร',
    'ភាសាខ្មែរ',
    '𠀀漢\u0301',
  )
  // Thousands of words without anything between them.
  const run = fc.array(scripts, { minLength: 1, maxLength: 4 }).map(parts => {
    const part = parts.join('')
    return part.repeat(Math.ceil(20_000 / part.length))
  })
  const between = fc.array(pieces, { minLength: 1, maxLength: 20 }).map(parts => parts.join('').repeat(300))
  const parts = fc.tuple(between, run, fc.oneof(run, between), fc.boolean())
  let most = 0
  fc.assert(
    fc.property(parts, ([before, long, after, padded]) => {
      const text = `${before}${long}${after}${padded ? '\nthe whale swam 7 miles, or 8. '.repeat(8000) : ''}`
      const bytes = Buffer.from(text)
      most = Math.max(most, finish(scan.scan(bytes, 0, bytes.length)))
      const { words, lines } = scan
      const told = (count: number, at: (i: number) => [number, number]) =>
        Array.from({ length: count }, (_, i) => bytes.toString('utf8', ...at(i))).join('|')
      const plain = plainScan(text)
      expect(
        told(words.count, i => [words.start(i), words.end(i)]) === plain.words.map(([word]) => word).join('|'),
      ).toBe(true)
      expect(
        told(lines.count, i => [lines.starts[i]!, lines.ends[i]!]) === plain.lines.map(line => line.text).join('|'),
      ).toBe(true)
      expect(scan.chars).toBe([...text].length)
      finish(other.count(bytes, 0, bytes.length))
      expect(said(other) === said(scan)).toBe(true)
    }),
    { numRuns: 20 },
  )
  expect(most).toBeGreaterThan(4)
})

test('takes a text longer than what it has room for', () => {
  const text = `${'The whale, 9.5 metres. '.repeat(20_000)}\nWe use cookies.`
  const bytes = Buffer.from(text)
  finish(scan.scan(bytes, 0, bytes.length))
  const { words, lines } = scan
  expect(words.count).toBe(20_000 * 6 + 4)
  expect(Array.from(lines.marks.subarray(0, lines.count), marks => marks & 4)).toEqual([0, 4])
})
