import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLevels, encodeLevels } from './levels.ts'

const after = (...bytes: number[]) => Buffer.from([bytes.length, 0, 0, 0, ...bytes])

describe('levels', () => {
  it('come back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { maxLength: 600 }), levels => {
        const page = Buffer.concat([encodeLevels(levels), Buffer.of(7)])
        expect(decodeLevels(page, 0, levels.length)).toEqual({ levels, end: page.length - 1 })
      }),
    )
  })

  it('are read from runs and from packed groups of eight', () => {
    // Three ones; a group of eight, the lowest bit first, of which six are needed.
    const page = after(3 << 1, 1, (1 << 1) | 1, 0b00110010)
    expect(decodeLevels(page, 0, 9)).toEqual({ levels: [1, 1, 1, 0, 1, 0, 0, 1, 1], end: 8 })
  })

  it.each([
    ['longer than the page', after(0xff, 0xff, 0xff, 0xff, 0xff, 1), 'a run of levels does not fit the page'],
    ['of more values than there are', after(4 << 1, 1), 'a run of levels does not fit the page'],
    ['of nothing', after(0), 'a run of levels does not fit the page'],
    ['cut off', after(3 << 1), 'the levels end too early'],
    ['beyond the page', Buffer.from([9, 0, 0, 0, 6, 1]), 'a page ends before its levels'],
  ])('refuse a run %s', (_, page, text) => {
    expect(() => decodeLevels(page, 0, 3)).toThrow(new RangeError(text))
  })
})
