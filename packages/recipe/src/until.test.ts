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

test('whatever the pieces, it is the text before the first end', async () => {
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
        const first = Math.min(...ends.map(end => whole.indexOf(end)).filter(at => at >= 0), whole.length)
        expect((await text(ends, pieces)).join('')).toBe(whole.slice(0, first))
      },
    ),
  )
})
