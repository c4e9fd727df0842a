import fc from 'fast-check'
import { expect, test } from 'vitest'
import { untilOneOf } from './until.ts'

async function* given(pieces: readonly string[]) {
  yield* pieces
}
const text = async (ends: readonly string[], pieces: readonly string[]) => {
  const out = []
  for await (const piece of untilOneOf(ends, given(pieces))) out.push(piece)
  return out
}

test('what may begin an end is held back', async () => {
  expect(await text(['END'], ['aE', 'N', 'x', 'E', 'ND', 'b'])).toEqual(['a', 'ENx'])
  expect(await text([], ['a', 'b'])).toEqual(['a', 'b'])
  expect(await text(['xyz', 'y'], ['ax', 'yz'])).toEqual(['a', 'x'])
  expect(await text(['abc'], ['ab'])).toEqual(['ab'])
})

test('whatever the pieces, it is the text before the end that is complete first', async () => {
  const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 }).map(each => each.join(''))
  await fc.assert(
    fc.asyncProperty(
      fc.array(letters),
      fc.array(
        letters.filter(end => end !== ''),
        { maxLength: 3 },
      ),
      async (pieces, ends) => {
        const whole = pieces.join('')
        let expected = whole
        let length = 0
        let end: string | undefined
        while (end === undefined && ++length <= whole.length) {
          const complete = ends.filter(each => whole.slice(0, length).endsWith(each))
          end = complete.sort((a, b) => b.length - a.length)[0]
        }
        if (end !== undefined) expected = whole.slice(0, length - end.length)
        expect((await text(ends, pieces)).join('')).toBe(expected)
      },
    ),
  )
})
