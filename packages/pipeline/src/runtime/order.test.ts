import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { mergeMap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { Cursor, Frame } from '../contract/frame.ts'
import { collecting, counting, numbers, values } from '../testing/frames.ts'
import { OrderKeeper } from './order.ts'
import { run } from './run.ts'

const frame = (n: number, cursor: Cursor = { s: n }): Frame => ({ batch: numbers([n]), cursor, seq: n })

function keeper() {
  const out: number[] = []
  return { out, order: new OrderKeeper(one => out.push(values(one)[0]!)) }
}

describe('OrderKeeper', () => {
  it('gives back any permutation in the order of entry', () => {
    const permutation = fc.integer({ min: 1, max: 40 }).chain(n =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n, maxLength: n },
      ),
    )
    fc.assert(
      fc.property(permutation, leaving => {
        const { out, order } = keeper()
        const frames = leaving.map((_, i) => frame(i))
        for (const one of frames) order.entered(one)
        for (const i of leaving) order.left(frames[i]!, false)
        expect(out).toEqual(leaving.map((_, i) => i))
        expect(order.holding).toBe(0)
      }),
    )
  })

  it('never lets a frame pass one that is still within', () => {
    // Entering and leaving interleaved as mergeMap with `lanes` lanes does it.
    const runs = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(), { maxLength: 60 }))
    fc.assert(
      fc.property(runs, ([lanes, choices]) => {
        const { out, order } = keeper()
        const within: Frame[] = []
        choices.forEach((choice, i) => {
          const one = frame(i)
          order.entered(one)
          within.push(one)
          if (within.length < lanes) return
          order.left(within.splice(choice % within.length, 1)[0]!, false)
          expect(Math.max(-1, ...out)).toBeLessThan(Math.min(Number.POSITIVE_INFINITY, ...within.map(({ seq }) => seq)))
        })
        expect(out).toEqual([...out].sort((a, b) => a - b))
      }),
    )
  })

  it('takes what leaves at once as proof that the earlier ones are gone', () => {
    const { out, order } = keeper()
    const [a, b, c] = [frame(1), frame(2), frame(3)]
    order.entered(a)
    order.entered(b)
    order.left(b, true)
    order.entered(c)
    order.left(c, false)
    expect(out).toEqual([2, 3])
  })

  it('lets several frames out for one that went in', () => {
    const { out, order } = keeper()
    const [a, b] = [frame(1), frame(2)]
    order.entered(a)
    order.entered(b)
    order.left(b, false)
    order.left(b, false)
    expect(out).toEqual([])
    order.left(a, false)
    order.left(a, false)
    expect(out).toEqual([1, 2, 2, 1])
  })

  it('counts frames that share a cursor', () => {
    const shared = { s: 1 }
    const { out, order } = keeper()
    const [a, b, c] = [frame(1, shared), frame(2, shared), frame(3)]
    for (const one of [a, b, c]) order.entered(one)
    order.left(c, false)
    order.left(b, false)
    expect(out).toEqual([2])
    order.left(a, false)
    expect(out).toEqual([2, 1, 3])
  })

  it('leaves a stage alone that makes its own cursors', () => {
    const { out, order } = keeper()
    const [a, b] = [frame(1), frame(2)]
    order.entered(a)
    order.entered(b)
    order.left(frame(12, { s: 2, own: 1 }), false)
    order.left(frame(11, { s: 1, own: 2 }), false)
    expect(out).toEqual([12, 11])
  })

  it('gives up in order, and for good', () => {
    const { out, order } = keeper()
    const frames = [1, 2, 3, 4].map(n => frame(n))
    for (const one of frames) order.entered(one)
    order.left(frames[3]!, false)
    order.left(frames[1]!, false)
    expect(order.holding).toBe(2)
    order.giveUp()
    expect(out).toEqual([2, 4])
    order.left(frames[2]!, false)
    order.left(frames[0]!, false)
    expect(out).toEqual([2, 4, 3, 1])
  })
})

describe('a run with mergeMap', () => {
  it('can be cut anywhere: the cursor never skips a frame that was not consumed', async () => {
    const lanes = () =>
      defineStage({
        id: 'lanes',
        apply: mergeMap(async (one: Frame) => {
          await sleep([9, 1, 5, 2, 7][one.seq % 5])
          return { ...one, batch: numbers(values(one).map(n => n * 10)) }
        }, 4),
      })
    let from: Cursor | undefined
    const seen: number[] = []
    for (const until of [7, 4, 11, 1000]) {
      let left = until
      const running = run({
        source: counting(40),
        stages: [lanes()],
        sink: {
          id: 'sink',
          consume(one) {
            // A crash: what was consumed counts, the rest is lost.
            if (left-- === 0) throw new Error('power cut')
            seen.push(...values(one))
            from = one.cursor
          },
        },
        ...(from ? { from } : {}),
      })
      await running.done.catch(() => undefined)
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => (i + 1) * 10))
  })

  it('does the same whatever the timing', async () => {
    const orders = []
    for (const salt of [1, 3]) {
      const sink = collecting()
      const lanes = defineStage({
        id: 'lanes',
        apply: mergeMap(async (one: Frame) => sleep((one.seq * salt) % 7, one), 3),
      })
      await run({ source: counting(30), stages: [lanes], sink }).done
      orders.push(sink.frames.flatMap(values))
    }
    expect(orders[0]).toEqual(orders[1])
  })
})
