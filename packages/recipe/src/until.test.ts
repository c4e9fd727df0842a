import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldText } from './until.ts'

const text = (ends: readonly string[], pieces: readonly string[]) => {
  const held = heldText(ends)
  const out: string[] = []
  const tell = (text: string) => text && out.push(text)
  for (const piece of pieces) {
    const { text, ended } = held.push(piece)
    tell(text)
    if (ended) return out
  }
  tell(held.rest())
  return out
}

test('what may begin an end is held back', () => {
  expect(text(['END'], ['aE', 'N', 'x', 'E', 'ND', 'b'])).toEqual(['a', 'ENx'])
  expect(text([], ['a', 'b'])).toEqual(['a', 'b'])
  expect(text(['xyz', 'y'], ['ax', 'yz'])).toEqual(['a', 'x'])
  expect(text(['abc'], ['ab'])).toEqual(['ab'])
})

test('whatever the pieces, it is the text before the end that is complete first', () => {
  const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 }).map(each => each.join(''))
  fc.assert(
    fc.property(
      fc.array(letters),
      fc.array(
        letters.filter(end => end !== ''),
        { maxLength: 3 },
      ),
      (pieces, ends) => {
        const whole = pieces.join('')
        let expected = whole
        let length = 0
        let end: string | undefined
        while (end === undefined && ++length <= whole.length) {
          const complete = ends.filter(each => whole.slice(0, length).endsWith(each))
          end = complete.sort((a, b) => b.length - a.length)[0]
        }
        if (end !== undefined) expected = whole.slice(0, length - end.length)
        expect(text(ends, pieces).join('')).toBe(expected)
      },
    ),
  )
})
