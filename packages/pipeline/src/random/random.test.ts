import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philox4x32 } from './philox.ts'
import { randomStream } from './stream.ts'

interface Golden {
  blocks: { counter: [number, number, number, number]; key: [number, number]; answer: number[] }[]
  streams: {
    seed: number
    name: string
    nameHash: number[]
    key: number[]
    values: { index: number; uint32: number; uniform: number; below: [number, number][]; normal: number }[]
  }[]
}

const golden = JSON.parse(readFileSync(new URL('./golden/philox.json', import.meta.url), 'utf8')) as Golden

describe('philox4x32', () => {
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])("gives Random123's known answer for %s, %s", (counter, key, answer) => {
    const words = (text: string) => text.split(' ').map(word => Number.parseInt(word, 16))
    const out = new Uint32Array(6)
    const [c0, c1, c2, c3] = words(counter) as [number, number, number, number]
    const [k0, k1] = words(key) as [number, number]
    philox4x32(c0, c1, c2, c3, k0, k1, out, 1)
    expect([...out]).toEqual([0, ...words(answer), 0])
  })

  it('agrees with an implementation in big integers', () => {
    expect(golden.blocks.length).toBeGreaterThan(20)
    const out = new Uint32Array(4)
    for (const { counter, key, answer } of golden.blocks) {
      philox4x32(...counter, ...key, out)
      expect([...out]).toEqual(answer)
    }
  })
})

describe('randomStream', () => {
  it.each(golden.streams)(
    'seed $seed, "$name" agrees with the other implementation',
    ({ seed, name, nameHash, key, values }) => {
      const stream = randomStream(seed, name)
      expect(stream.nameHash).toEqual(nameHash)
      expect(stream.key).toEqual(key)
      for (const value of values) {
        expect(stream.uint32(value.index)).toBe(value.uint32)
        expect(stream.uniform(value.index)).toBe(value.uniform)
        for (const [bound, below] of value.below) expect(stream.below(value.index, bound)).toBe(below)
        expect(stream.normal(value.index)).toBeCloseTo(value.normal, 12)
      }
    },
  )

  it('is the same whatever was read before', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 20 }), indices => {
        const stream = randomStream(7, 'x')
        return indices.every(index => stream.uint32(index) === randomStream(7, 'x').uint32(index))
      }),
    )
  })

  it('differs by seed and by name', () => {
    const first = (seed: number, name: string) =>
      Array.from({ length: 8 }, (_, i) => randomStream(seed, name).uint32(i))
    const all = [first(1, 'a'), first(2, 'a'), first(1, 'b'), first(2 ** 32 + 1, 'a')]
    expect(new Set(all.map(String)).size).toBe(all.length)
  })

  it('keeps to its ranges and moments', () => {
    const stream = randomStream(3, 'moments')
    const n = 40_000
    let uniform = 0
    let normal = 0
    let squares = 0
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < n; i++) {
      const u = stream.uniform(i)
      expect(u >= 0 && u < 1 && Math.fround(u) === u).toBe(true)
      const z = stream.normal(i)
      uniform += u
      normal += z
      squares += z * z
      counts[stream.below(i, 7)]!++
    }
    // Five standard errors.
    expect(Math.abs(uniform / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(normal / n)).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(5 * Math.sqrt(n * (1 / 7) * (6 / 7)))
  })

  it('gives a bound of one only 0, and never the bound', () => {
    const bounds = fc.integer({ min: 1, max: 2 ** 31 })
    fc.assert(
      fc.property(bounds, fc.nat(), (bound, index) => {
        const value = randomStream(1, 'b').below(index, bound)
        return Number.isInteger(value) && value >= 0 && value < bound
      }),
    )
    expect(randomStream(1, 'b').below(5, 1)).toBe(0)
  })
})
