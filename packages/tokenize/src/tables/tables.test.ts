import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteStrings, hashBytes } from './byte-strings.ts'
import { Ids } from './ids.ts'
import { Pairs } from './pairs.ts'

const add = (set: ByteStrings, bytes: Uint8Array) => set.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length))
const find = (set: ByteStrings, bytes: Uint8Array) =>
  set.find(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length))

test('byte strings are numbered as they come', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5, max: 3 }), { maxLength: 300 }), strings => {
      const set = new ByteStrings({ strings: 2, bytes: 1 })
      const expected = new Map<string, number>()
      for (const bytes of strings) {
        if (!expected.has(`${bytes}`)) expected.set(`${bytes}`, expected.size)
        expect(add(set, bytes)).toBe(expected.get(`${bytes}`))
      }
      expect(set.size).toBe(expected.size)
      for (const bytes of strings) {
        expect(find(set, bytes)).toBe(expected.get(`${bytes}`))
        expect(set.get(expected.get(`${bytes}`)!)).toEqual(bytes)
      }
      expect(find(set, Uint8Array.of(9, 9))).toBe(-1)
      set.clear()
      expect([set.size, set.bytes, ...strings.map(bytes => find(set, bytes))]).toEqual([0, 0, ...strings.map(() => -1)])
    }),
  )
})

test('byte strings of one hash are told apart', () => {
  const set = new ByteStrings()
  const strings = Array.from({ length: 100 }, (_, i) => Uint8Array.of(i))
  const indices = strings.map(bytes => set.add(bytes, 0, 1, 42))
  expect(indices).toEqual(strings.map((_, i) => i))
  expect(strings.map(bytes => set.find(bytes, 0, 1, 42))).toEqual(indices)
})

test('pairs are numbered as they come', () => {
  const number = fc.oneof(fc.nat(20), fc.constantFrom(0, 0x7fffffff, 65535, 1 << 20))
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 300 }), list => {
      const pairs = new Pairs(2)
      const expected = new Map<string, number>()
      for (const [left, right] of list) {
        if (!expected.has(`${left} ${right}`)) expected.set(`${left} ${right}`, expected.size)
        const index = pairs.add(left, right)
        expect(index).toBe(expected.get(`${left} ${right}`))
        expect([pairs.left[index], pairs.right[index]]).toEqual([left, right])
      }
      for (const [left, right] of list) expect(pairs.find(left, right)).toBe(expected.get(`${left} ${right}`))
      expect(pairs.find(77, 88)).toBe(-1)
    }),
  )
})

test('pairs that were taken out are gone, the others are found, and their numbers are given anew', () => {
  const step = fc.tuple(fc.boolean(), fc.nat(12), fc.nat(12))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), steps => {
      const pairs = new Pairs(2)
      const held = new Map<string, number>()
      for (const [adds, left, right] of steps) {
        const name = `${left} ${right}`
        const index = held.get(name)
        if (adds) held.set(name, pairs.add(left, right))
        else if (index !== undefined) {
          pairs.remove(index)
          held.delete(name)
        }
        if (adds && index !== undefined) expect(held.get(name)).toBe(index)
      }
      expect(new Set(held.values()).size).toBe(held.size)
      for (let left = 0; left <= 12; left++) {
        for (let right = 0; right <= 12; right++) {
          expect(pairs.find(left, right)).toBe(held.get(`${left} ${right}`) ?? -1)
        }
      }
      expect(pairs.size).toBeLessThanOrEqual(steps.length)
    }),
  )
})

test('ids grow', () => {
  const ids = new Ids(0)
  for (let i = 0; i < 100; i++) ids.push(i)
  ids.append(Int32Array.of(100, 101))
  expect(Array.from(ids.toArray())).toEqual(Array.from({ length: 102 }, (_, i) => i))
})
