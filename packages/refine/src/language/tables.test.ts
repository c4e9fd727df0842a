import { readFileSync } from 'node:fs'
import { eld } from 'eld/small'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { sentences } from '../testing/sentences.ts'
import { loadIdentifier } from './identify.ts'
import { readTables } from './tables.ts'

const module = new URL('../ngrams/small.js', import.meta.resolve('eld/small'))
const text = readFileSync(module, 'utf8')

test('are those that the module exports, n-gram by n-gram', async () => {
  const { ngramsData } = await import(module.href)
  const { type, languages, ngrams } = await readTables(text)
  expect({ type, languages }).toEqual({ type: ngramsData.type, languages: ngramsData.languages })
  const names = Object.keys(ngramsData.ngrams)
  expect(names.length).toBe(81_206)
  expect(Object.keys(ngrams).length).toBe(names.length)
  const unlike = names.filter(name => JSON.stringify(ngrams[name]) !== JSON.stringify(ngramsData.ngrams[name]))
  expect(unlike).toEqual([])
})

test('languages and scores are those that eld tells', async () => {
  const { identify, languages } = await loadIdentifier()
  expect([...languages].sort()).toEqual(Object.values(eld.info().Languages).sort())
  const told = (of: string) => {
    const result = eld.detect(of)
    return result.language === ''
      ? undefined
      : { language: result.language, score: result.getScores()[result.language] ?? 0 }
  }
  const all = Object.values(sentences).flat()
  for (const sentence of all) expect(identify(sentence)).toEqual(told(sentence))
  const mixed = fc.array(
    fc.oneof(fc.constantFrom(...all.flatMap(each => each.split(' '))), fc.string({ unit: 'binary' })),
  )
  fc.assert(
    fc.property(mixed, words => {
      const made = words.join(' ')
      expect(identify(made)).toEqual(told(made))
    }),
    { numRuns: 1000 },
  )
})

test('the event loop has its turns meanwhile', async () => {
  let now = 0
  // A clock that goes on with each look at it.
  vi.spyOn(performance, 'now').mockImplementation(() => now++)
  let turns = 0
  const turn = () => {
    turns++
    immediate = setImmediate(turn)
  }
  let immediate = setImmediate(turn)
  try {
    await readTables(text)
  } finally {
    clearImmediate(immediate)
    vi.restoreAllMocks()
  }
  expect(turns).toBeGreaterThan(1000)
})

test.each([
  ['', 0],
  [text.slice(0, 1000), 0],
  [text.slice(0, -20), 1_588_000],
  [text.replace("'LüZL':{0:175}", "'LüZL':[0,175]"), 600],
])('what is written in another way is refused', async (other, least) => {
  const error: Error = await readTables(other).then(
    () => expect.fail('it was read'),
    fault => fault,
  )
  const [, at] =
    /^the tables of "eld" are not written as those of its version 2\.1\.0 are, from character (\d+) on$/.exec(
      error.message,
    ) ?? []
  expect(Number(at)).toBeGreaterThanOrEqual(least)
})
