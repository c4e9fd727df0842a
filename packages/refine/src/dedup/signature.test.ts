import { philox4x32 } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Signature } from './signature.ts'

/** What MinHash is, function by function. */
function plain(functions: number, seed: number, hashes: readonly number[]): number[] {
  return Array.from({ length: functions }, (_, i) => {
    const random = new Uint32Array(4)
    philox4x32(i, 0, 0, 0, seed, 0x6d696e68, random)
    const [factor, summand] = [random[0]! | 1, random[1]!]
    return Math.min(0x7fffffff, ...hashes.map(hash => (Math.imul(hash, factor) + summand) | 0)) >>> 0
  })
}

it('has the minimum of each function, however many there are', () => {
  const hashes = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 70 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 130 }),
      fc.nat(),
      fc.array(hashes, { minLength: 1 }),
      (count, seed, texts) => {
        const signature = new Signature(count, seed)
        for (const text of texts) {
          // What lies behind the count is of an earlier text.
          signature.read(Int32Array.from([...text, -(2 ** 31)]), text.length)
          expect([...signature.values]).toEqual(plain(count, seed, text))
        }
      },
    ),
    { numRuns: 60 },
  )
})

it('has the minima of runs that come by and by', () => {
  const hashes = Int32Array.from({ length: 1000 }, (_, i) => Math.imul(i + 3, 0x9e3779b1))
  const signature = new Signature(30, 7)
  signature.read(hashes, 50)
  signature.begin()
  for (const [from, to] of [
    [0, 1],
    [1, 1],
    [1, 400],
    [400, 1000],
  ] as const)
    signature.add(hashes, from, to)
  expect([...signature.values]).toEqual(plain(30, 7, [...hashes]))
})

it('takes a text longer than its memory', () => {
  const hashes = Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 0x9e3779b1))
  const signature = new Signature(20, 7)
  signature.read(Int32Array.from(hashes), hashes.length)
  expect([...signature.values]).toEqual(plain(20, 7, hashes))
})
