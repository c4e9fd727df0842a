import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fits, partsOf } from './parts.ts'

test('parts joined are the text; none is over the size or empty', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\r\n', 'é', '一', '🐋'),
    minLength: 1,
    maxLength: 200,
  })
  fc.assert(
    fc.property(texts, fc.integer({ min: 8, max: 64 }), (text, size) => {
      const parts = partsOf(text, size)
      expect(parts.join('')).toBe(text)
      for (const part of parts) {
        expect(fits(part, size)).toBe(true)
        expect(part).not.toBe('')
        expect(Buffer.from(part).toString()).toBe(part)
      }
    }),
    { numRuns: 500 },
  )
})

test('a text that fits stays as it is', () => {
  expect(partsOf('', 8)).toEqual([''])
  expect(partsOf('eight by', 8)).toEqual(['eight by'])
  expect(partsOf('nine byte', 8)).toEqual(['nine ', 'byte'])
})
