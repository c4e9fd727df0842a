import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEntities, markdownToText } from './markdown.ts'

test.each([
  ['plain words, 2 * 3 * 4 and snake_case_name', 'plain words, 2 * 3 * 4 and snake_case_name'],
  ['**bold** and *thin* and ***both***', 'bold and thin and both'],
  ['__bold__ and _thin_ words', 'bold and thin words'],
  ['~~gone~~ `code` ``more``', 'gone code more'],
  ['[the text](https://a.example/x_(y)) and ![pic](http://b.example "t")', 'the text and pic'],
  ['# Heading\n\n&gt; quoted\n&gt;&gt; twice\n\n---\n\nafter', 'Heading\n\nquoted\ntwice\n\nafter'],
  ['>!spoiler!< and ^up and ^(two words)', 'spoiler and up and two words'],
  ['\\*not thin\\* and 1\\. point', '*not thin* and 1. point'],
  ['```\nlet x = a*b*c\n```', 'let x = a*b*c'],
  ['* one\n* two\n\n1. three', '* one\n* two\n\n1. three'],
  ['a &amp;lt; b &nbsp; &#39;c&#39; &unknown;', "a &lt; b   'c' &unknown;"],
  ['line one  \nline two\n\n\n\n&#x200B;\n\nthree', 'line one\nline two\n\nthree'],
])('%j', (markdown, text) => {
  expect(markdownToText(markdown)).toBe(text)
})

test('text without marks is left alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '一', ' ', '.', ','), maxLength: 100 }), text => {
      expect(markdownToText(text)).toBe(text.trim())
      expect(decodeEntities(text)).toBe(text)
    }),
  )
})

// A pattern that looks back from every place would take minutes, and the test its time.
test.each(['[', '*', '**a', '_', '`', '~', '>!', '^(', '(', '[a](', '> ', '- ', '&', '\\', 'a@', '@a.', '#'])(
  'a hundred thousand of %j are done with',
  mark => {
    expect(markdownToText(mark.repeat(100_000 / mark.length))).toBeTypeOf('string')
    expect(markdownToText(mark.repeat(1_000_000))).toBe(mark.repeat(1_000_000).trim())
  },
)
