import { expect, test } from 'vitest'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters, trainWords } from '../training/level.ts'
import { scoreTokenizer } from './compare.ts'
import { pieces } from './pieces.ts'

test('pieces are texts, or bytes of a character', async () => {
  const bpe = await trainBpe(['the the the'], { vocabSize: 260 })
  expect(pieces(bpe, bpe.encode('thé'))).toEqual(['t', 'h', '<c3>', '<a9>'])
  expect(pieces(bpe, bpe.encode(' the')).join('')).toBe(' the')
})

test('the score counts bytes, unknowns and tokens a word', async () => {
  const text = 'one two, three é'
  const characters = await trainCharacters([text])
  expect(await scoreTokenizer(characters, [text, 'xyz'])).toEqual({
    bytes: 20,
    tokens: 19,
    bytesPerToken: 20 / 19,
    unknown: 3,
    words: 5,
    fertility: (3 + 3 + 5 + 1 + 3) / 5,
  })
  const words = await trainWords([text])
  expect(await scoreTokenizer(words, [text])).toMatchObject({ tokens: 8, words: 4, fertility: 1, unknown: 0 })
  // A token is " two": it counts for the word.
  const bpe = await trainBpe(['two two two two'], { vocabSize: 260 })
  expect(await scoreTokenizer(bpe, [' two two'])).toMatchObject({ tokens: 2, fertility: 1 })
  expect(await scoreTokenizer(bpe, [])).toEqual({
    bytes: 0,
    tokens: 0,
    bytesPerToken: 0,
    unknown: 0,
    words: 0,
    fertility: 0,
  })
})
