import { expect, test } from 'vitest'
import { curveStore } from './curves.ts'

test('sends everything, then what has changed', () => {
  const store = curveStore()
  expect(store.since(undefined)).toMatchObject({ first: 0, step: [] })
  store.add(1, { loss: 3, lr: 0.1 })
  store.add(2, { loss: 2, lr: Number.NaN })
  const mark = store.mark()
  expect(store.since(undefined)).toEqual({
    first: 0,
    width: 1,
    step: [1, 2],
    mean: { loss: [3, 2], lr: [0.1, null] },
    least: {},
    greatest: {},
  })
  expect(store.since(mark)).toBeUndefined()
  store.add(3, { loss: 1, lr: 0.3 })
  // The last bucket may have grown: it comes again.
  expect(store.since(mark)).toMatchObject({ first: 1, step: [2, 3], mean: { loss: [2, 1], lr: [null, 0.3] } })
  store.clear()
  expect(store.since(mark)).toMatchObject({ first: 0, step: [] })
})

test('stays bounded, with mean, least and greatest of each bucket', () => {
  const store = curveStore(8)
  for (let step = 1; step <= 8; step++) store.add(step, { loss: step })
  const mark = store.mark()
  for (let step = 9; step <= 20; step++) store.add(step, { loss: step === 13 ? 99 : step })
  const curves = store.since(mark)!
  expect(curves).toMatchObject({ first: 0, width: 4, step: [1, 5, 9, 13, 17] })
  expect(curves.mean.loss).toEqual([2.5, 6.5, 10.5, 36, 18.5])
  expect(curves.greatest.loss![3]).toBe(99)
  expect(curves.least.loss![3]).toBe(14)
  for (let step = 21; step <= 100_000; step++) store.add(step, { loss: 1 })
  expect(store.since(undefined)!.step.length).toBeLessThanOrEqual(8)
})

test('a step told again makes those after it void', () => {
  const store = curveStore()
  for (const step of [1, 2, 3]) store.add(step, { loss: step })
  const mark = store.mark()
  store.add(2, { loss: 7 })
  expect(store.since(mark)).toMatchObject({ first: 0, step: [1, 2], mean: { loss: [1, 7] } })
})
