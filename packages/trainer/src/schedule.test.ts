import { expect, it } from 'vitest'
import { cosineSchedule } from './schedule.ts'

it('rises linearly and falls by half a cosine', () => {
  const lr = cosineSchedule({ steps: 110, learningRate: 1, minLearningRate: 0.2, warmup: 10 })
  expect([1, 5, 10].map(lr)).toEqual([0.1, 0.5, 1])
  expect(lr(35)).toBeCloseTo(0.2 + 0.8 * (0.5 + Math.SQRT1_2 / 2), 12)
  expect(lr(60)).toBeCloseTo(0.6, 12)
  expect(lr(85)).toBeCloseTo(0.2 + 0.8 * (0.5 - Math.SQRT1_2 / 2), 12)
  expect([110, 111, 1000].map(lr)).toEqual([0.2, 0.2, 0.2])
})

it('ends at a tenth unless told otherwise, and needs no warm-up', () => {
  const lr = cosineSchedule({ steps: 2, learningRate: 1 })
  expect(lr(1)).toBeCloseTo(0.55, 12)
  expect(lr(2)).toBeCloseTo(0.1, 12)
})

it('never stops rising where all steps are warm-up', () => {
  const lr = cosineSchedule({ steps: 4, learningRate: 1, warmup: 4 })
  expect([1, 2, 3, 4].map(lr)).toEqual([0.25, 0.5, 0.75, 1])
})
