import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathOf, smooth, thin } from '../../show/series.ts'
import { spread } from './labels.ts'
import { extent, linear, ticks } from './scale.ts'

const points = (...ys: number[]) => ys.map((y, x) => ({ x, y }))

describe('scale', () => {
  it('is a straight line, and the middle of one value', () => {
    expect([0, 5, 10].map(linear([0, 10], [100, 0]))).toEqual([100, 50, 0])
    expect(linear([3, 3], [0, 10])(3)).toBe(5)
  })

  it('has round ticks', () => {
    expect(ticks(0, 1200, 6)).toEqual([0, 200, 400, 600, 800, 1000, 1200])
    expect(ticks(0, 0.35, 3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(ticks(-3, 7, 5)).toEqual([-2, 0, 2, 4, 6])
    expect(ticks(4, 4, 5)).toEqual([4])
    const range = fc.tuple(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    )
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 8 }), ([from, length], count) => {
        const to = from + length
        fc.pre(to - from > Math.abs(from) * 1e-6)
        const list = ticks(from, to, count)
        expect(list.length).toBeLessThanOrEqual(2 * count + 1)
        for (const tick of list) {
          expect(tick).toBeGreaterThanOrEqual(from - length * 1e-6)
          expect(tick).toBeLessThanOrEqual(to + length * 1e-6)
        }
      }),
    )
  })

  it('knows its ends', () => {
    expect(extent([3, Number.NaN, -1, Number.POSITIVE_INFINITY])).toEqual([-1, 3])
    expect(extent([Number.NaN])).toBeUndefined()
  })
})

describe('series', () => {
  it('keeps lowest and highest of each stretch', () => {
    const line = Array.from({ length: 1000 }, (_, x) => ({ x, y: x === 500 ? 99 : Math.sin(x) }))
    const kept = thin(line, 100)
    expect(kept.length).toBeLessThanOrEqual(100)
    expect(Math.max(...kept.map(({ y }) => y))).toBe(99)
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).sort((a, b) => a - b))
    expect(thin(points(1, Number.NaN, 3), 100)).toEqual([
      { x: 0, y: 1 },
      { x: 2, y: 3 },
    ])
  })

  it('draws the mean', () => {
    const noise = Array.from({ length: 1000 }, (_, x) => ({ x, y: x % 2 }))
    const line = smooth(noise, 100)
    expect(line[0]).toEqual({ x: 0, y: 0 })
    expect(line.at(-1)!.x).toBe(999)
    for (const { y } of line.slice(5)) expect(Math.abs(y - 0.5)).toBeLessThan(0.05)
    expect(smooth([], 10)).toEqual([])
    expect(smooth(points(5), 10)).toEqual([{ x: 0, y: 5 }])
  })

  it('writes a path', () => {
    expect(pathOf(points(1, 2.26), String as never, y => y)).toBe('M0 1L1 2.3')
    expect(
      pathOf(
        [],
        x => x,
        y => y,
      ),
    ).toBe('')
  })
})

describe('labels', () => {
  it('stand where they want, if there is room', () => {
    expect(spread([{ y: 50 }, { y: 10 }], 16, 0, 100)).toEqual([{ y: 10 }, { y: 50 }])
  })

  it('make room for each other', () => {
    expect(spread([{ y: 50 }, { y: 50 }], 16, 0, 100)).toEqual([{ y: 42 }, { y: 58 }])
    expect(spread([{ y: 99 }, { y: 99 }], 16, 0, 100)).toEqual([{ y: 84 }, { y: 100 }])
  })

  it('never touch and never leave the picture while they fit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 12 }), ys => {
        const placed = spread(
          ys.map(y => ({ y })),
          16,
          0,
          200,
        ).map(({ y }) => y)
        expect(placed).toHaveLength(ys.length)
        for (const [i, y] of placed.entries()) {
          expect(y).toBeGreaterThanOrEqual(-1e-9)
          expect(y).toBeLessThanOrEqual(200 + 1e-9)
          if (i > 0) expect(y - placed[i - 1]!).toBeGreaterThanOrEqual(16 - 1e-9)
        }
      }),
    )
  })
})
