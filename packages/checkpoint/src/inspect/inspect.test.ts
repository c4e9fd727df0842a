import { expect, test } from 'vitest'
import { histogram } from './histogram.ts'
import { moments, noMoments, summaryOf, together } from './moments.ts'

test('moments are numpy’s', () => {
  // a = np.array([3., -1, 4, -1, 5]); b = np.array([2., 7, 1, 8, 2])
  const a = Float32Array.of(3, -1, 4, -1, 5)
  const b = Float32Array.of(2, 7, 1, 8, 2)
  // np.linalg.norm(b), b.mean(), b.std(), np.linalg.norm(b - a), np.linalg.norm(b - a) / np.linalg.norm(a)
  const { count, norm, mean, spread, change, relative } = summaryOf(moments(b, a))
  expect([count, mean]).toEqual([5, 4])
  expect(norm).toBeCloseTo(11.045361017187261, 12)
  expect(spread).toBeCloseTo(2.898275349237888, 12)
  expect(change).toBeCloseTo(12.806248474865697, 12)
  expect(relative).toBeCloseTo(1.7759071354792608, 12)
})

test('tensors together are as one', () => {
  const start = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i))
  const values = start.map((value, i) => value * i)
  const parts = [0, 7, 7, 20].slice(1).map((to, i) => [[0, 7, 7][i]!, to] as const)
  const sum = parts.map(([from, to]) => moments(values.subarray(from, to), start.subarray(from, to)))
  const whole = moments(values, start)
  const found = sum.reduce(together, noMoments)
  for (const key of Object.keys(whole) as (keyof typeof whole)[]) expect(found[key]).toBeCloseTo(whole[key], 10)
})

test('what started at zero has moved, but by no share of it', () => {
  const zeros = new Float32Array(4)
  expect(summaryOf(moments(Float32Array.of(0, 3, 4, 0), zeros))).toMatchObject({ change: 5, relative: null })
  expect(summaryOf(moments(zeros))).toEqual({ count: 4, norm: 0, mean: 0, spread: 0, change: 0, relative: null })
  expect(summaryOf(noMoments)).toMatchObject({ count: 0, mean: 0, spread: 0 })
  expect(() => moments(zeros, new Float32Array(3))).toThrow('expected 4 values at the start, found 3')
})

test('a histogram is numpy’s', () => {
  const values = [0, 0.5, 1, 1, 2.5, 4, -3, 9, Number.NaN]
  // np.histogram(values, bins=4, range=(0, 4))
  expect([...histogram(values, { from: 0, to: 4, bins: 4 })]).toEqual([2, 2, 1, 1])
  expect([...histogram([2, 2], { from: 2, to: 2, bins: 3 })]).toEqual([2, 0, 0])
})
