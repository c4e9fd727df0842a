import { expect, test } from 'vitest'
import { type CurveMark, curveStore } from '../../server/watch/curves.ts'
import { extend, noCurves } from './curves.ts'

test('what a page has put together is what the server has', () => {
  const store = curveStore(16)
  let mark: CurveMark | undefined
  let known = noCurves
  for (let step = 1; step <= 200; step++) {
    store.add(step, step > 40 ? { loss: 1 / step, late: step } : { loss: 1 / step })
    if (step % 7 !== 0) continue
    known = extend(known, store.since(mark)!)
    mark = store.mark()
    const { first, ...all } = store.since(undefined)!
    expect(first).toBe(0)
    expect(known).toEqual(all)
  }
})
