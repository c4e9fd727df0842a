import { expect, it } from 'vitest'
import { learningRateSchedule } from './schedule.ts'

it('rises linearly and falls by half a cosine', () => {
  const lr = learningRateSchedule({ steps: 110, learningRate: 1, minLearningRate: 0.2, warmup: 10 })
  expect([1, 5, 10].map(lr)).toEqual([0.1, 0.5, 1])
  expect(lr(35)).toBeCloseTo(0.2 + 0.8 * (0.5 + Math.SQRT1_2 / 2), 12)
  expect(lr(60)).toBeCloseTo(0.6, 12)
  expect(lr(85)).toBeCloseTo(0.2 + 0.8 * (0.5 - Math.SQRT1_2 / 2), 12)
  expect([110, 111, 1000].map(lr)).toEqual([0.2, 0.2, 0.2])
})

it('ends at a tenth unless told otherwise, and needs no warm-up', () => {
  const lr = learningRateSchedule({ steps: 2, learningRate: 1 })
  expect(lr(1)).toBeCloseTo(0.55, 12)
  expect(lr(2)).toBeCloseTo(0.1, 12)
})

it('never stops rising where all steps are warm-up', () => {
  const lr = learningRateSchedule({ steps: 4, learningRate: 1, warmup: 4 })
  expect([1, 2, 3, 4].map(lr)).toEqual([0.25, 0.5, 0.75, 1])
})

it.each([
  ['linear', [1, 0.8, 0.6, 0.2]],
  ['constant', [1, 1, 1, 1]],
  ['wsd', [1, 1, 1, 0.2]],
] as const)('falls as %s', (schedule, expected) => {
  const lr = learningRateSchedule({ steps: 110, learningRate: 1, minLearningRate: 0.2, warmup: 10, schedule })
  expect([5, ...[10, 35, 60, 110].map(step => step)].map(lr).slice(1)).toEqual(
    expected.map(rate => expect.closeTo(rate, 12)),
  )
  expect(lr(5)).toBe(0.5)
})

it('decays over the last share of all steps', () => {
  const lr = learningRateSchedule({
    steps: 100,
    learningRate: 1,
    minLearningRate: 0,
    warmup: 20,
    schedule: 'wsd',
    decayShare: 0.1,
  })
  expect([21, 90, 95, 99, 100].map(lr)).toEqual([1, 1, 0.5, 0.1, 0].map(rate => expect.closeTo(rate, 12)))
})
