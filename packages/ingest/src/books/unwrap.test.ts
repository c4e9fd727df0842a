import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unwrap } from './unwrap.ts'

test('wrapped lines become paragraphs', () => {
  const text = `We left the harbour at dawn, and nobody waved as the old
ship went out past the light into the grey and empty sea
beyond.

The sails hung down all day and the master never spoke--
not once--to any of the twenty-
one men aboard.
`
  expect(
    unwrap(text),
  ).toBe(`We left the harbour at dawn, and nobody waved as the old ship went out past the light into the grey and empty sea beyond.

The sails hung down all day and the master never spoke--not once--to any of the twenty-
one men aboard.
`)
})

test('verse, tables and short lines keep theirs', () => {
  const verse = '  The ship went down\n  The sea was brown\n'
  const letter = 'Dear Sir,\nyour letter of the third has reached me here, at last, and late.\nYours,\nA. Nobody\n'
  expect(unwrap(verse)).toBe(verse)
  expect(unwrap(letter)).toBe(
    'Dear Sir,\nyour letter of the third has reached me here, at last, and late. Yours,\nA. Nobody\n',
  )
})

test('scripts without spaces are joined without them', () => {
  expect(unwrap('我在年青时候也曾经做过许多梦，\n后来大半忘却了，但自己也并不以\n为可惜。')).toBe(
    '我在年青时候也曾经做过许多梦，后来大半忘却了，但自己也并不以为可惜。',
  )
})

test('only line ends change', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'word', ' ', '\n', '\n\n', '-', '一', '。'), maxLength: 80 })
  fc.assert(
    fc.property(texts, text => {
      expect(unwrap(text).replace(/[ \n]/g, '')).toBe(text.replace(/[ \n]/g, ''))
      expect(unwrap(text).split(/\n\n/)).toHaveLength(text.split(/\n\n/).length)
    }),
  )
})
