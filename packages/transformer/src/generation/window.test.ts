import { expect, it } from 'vitest'
import { windowStart } from './window.ts'

const seen = (blockSize: number, slide: number) =>
  Array.from({ length: 10 }, (_, i) => i + 1 - windowStart(i + 1, { blockSize, slide }))

it('sees as much as fits, and drops so many at once', () => {
  expect(seen(4, 1)).toEqual([1, 2, 3, 4, 4, 4, 4, 4, 4, 4])
  expect(seen(4, 2)).toEqual([1, 2, 3, 4, 3, 4, 3, 4, 3, 4])
  expect(seen(4, 3)).toEqual([1, 2, 3, 4, 2, 3, 4, 2, 3, 4])
  expect(seen(4, 4)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2])
  expect(seen(1, 1)).toEqual(new Array(10).fill(1))
})
