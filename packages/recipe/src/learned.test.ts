import { expect, test } from 'vitest'
import { whatWasLearned } from './learned.ts'

const baselines = { uniform: 8, unigram: 6, bigram: 5 }

test.each([
  [4.9, 'It foretells held-out text better than a table of token pairs'],
  [5.5, 'It foretells held-out text better than token frequencies'],
  [6.5, 'It has begun to learn which tokens are frequent'],
  [8, 'It has learned nothing yet'],
  [Number.NaN, 'It has learned nothing yet'],
])('a loss of %d', (loss, words) => {
  expect(whatWasLearned({ loss, ...baselines })).toMatch(words)
})
