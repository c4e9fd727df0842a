import { randomStream } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { type Mark, markAt, nextMark } from './magic.ts'

const magics: Record<Mark, bigint> = { block: 0x314159265359n, end: 0x177245385090n }
const random = randomStream(1, 'magic')

/** Bytes that chance has made, with a magic that begins at `bit`. */
function withMagic(mark: Mark, bit: number, length: number): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => random.below(1000 * bit + i, 256))
  for (let i = 0; i < 48; i++) {
    const at = bit + i
    const one = Number((magics[mark] >> BigInt(47 - i)) & 1n) << (7 - (at & 7))
    bytes[at >> 3] = (bytes[at >> 3]! & ~(0x80 >> (at & 7))) | one
  }
  return bytes
}

test('a magic is found at every bit, wherever the search begins', () => {
  for (const mark of ['block', 'end'] as const) {
    for (let bit = 0; bit < 128; bit++) {
      const bytes = withMagic(mark, bit, 32)
      expect(markAt(bytes, bit)).toBe(mark)
      for (let from = 0; from <= bit; from += 3) expect(nextMark(bytes, from, 32)).toBe(bit)
      expect(nextMark(bytes, bit, 32)).toBe(bit)
      expect(nextMark(bytes, bit + 1, 32)).toBe(-1)
    }
  }
})

test('only those that begin before the end of the search, and of two the first', () => {
  const bytes = withMagic('block', 83, 64)
  expect(nextMark(bytes, 0, 10)).toBe(-1)
  expect(nextMark(bytes, 0, 11)).toBe(83)
  bytes.set(withMagic('end', 3, 7), 20)
  expect(nextMark(bytes, 0, 64)).toBe(83)
  expect(nextMark(bytes, 84, 64)).toBe(163)
})

test('one that the bytes end with, and one that they cut', () => {
  for (let bit = 0; bit < 8; bit++) {
    const length = bit === 0 ? 6 : 7
    const bytes = withMagic('end', bit, length)
    expect(nextMark(bytes, 0, length)).toBe(bit)
    expect(nextMark(bytes.subarray(0, length - 1), 0, length - 1)).toBe(-1)
  }
})
