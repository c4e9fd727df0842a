import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differenceSize, writeDifference } from './word-lists.ts'

test('a difference takes the bytes that were said, seven bits in each', () => {
  const limits = [1, 0x7f, 0x80, 0x3fff, 0x4000, 2 ** 21, 2 ** 28, 2 ** 31 - 1]
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...limits), fc.integer({ min: 1, max: 2 ** 31 - 1 })), difference => {
      const bytes = new Uint8Array(8)
      const end = writeDifference(bytes, 1, difference)
      expect(end - 1).toBe(differenceSize(difference))
      const read = bytes.subarray(1, end).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0)
      expect(read).toBe(difference)
      expect([...bytes.subarray(1, end)].map(byte => byte > 0x7f)).toEqual(
        Array.from({ length: end - 1 }, (_, i) => i < end - 2),
      )
    }),
  )
})
