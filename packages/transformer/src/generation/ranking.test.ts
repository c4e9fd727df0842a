import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bestIds } from './ranking.ts'

it('is the head of the sorted whole, equal scores by id', () => {
  fc.assert(
    fc.property(
      // Few values, so that many are equal.
      fc.array(fc.constantFrom(-Infinity, -1.5, 0, 0.25, 3, Infinity), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 90 }),
      (values, count) => {
        const logits = Float32Array.from(values)
        const sorted = values
          .map((value, id) => ({ value, id }))
          .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : a.id - b.id))
        const expected = sorted.slice(0, count).map(({ id }) => id)
        expect([...bestIds(logits, Math.min(count, values.length))]).toEqual(expected)
      },
    ),
  )
})

it('finds them in a large vocabulary', () => {
  const logits = Float32Array.from({ length: 50_000 }, (_, id) => (id * 7919) % 50_000)
  const expected = Array.from({ length: 40 }, (_, rank) => logits.indexOf(49_999 - rank))
  expect([...bestIds(logits, 40)]).toEqual(expected)
})
