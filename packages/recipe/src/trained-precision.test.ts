import { expect, test } from 'vitest'
import { precisionOf } from './trained.ts'

test.each([
  [{ backend: { name: 'native', precision: 'bf16' } }, 'bf16'],
  [{ backend: { name: 'native', precision: 'f32' } }, 'f32'],
  [{ backend: { precision: 'f64' } }, 'f32'],
  [{}, 'f32'],
  [undefined, 'f32'],
] as const)('%j is opened in %s', (trainer, precision) => {
  expect(precisionOf(trainer)).toBe(precision)
})
