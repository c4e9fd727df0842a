import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sinusoidalEncoding } from '../sinusoidal.ts'
import { cosine, nearestRows, similarities } from './neighbors.ts'
import { rotarySimilarity, tableSimilarity } from './position-similarity.ts'
import { explainedBy, principalAxes, projected } from './principal.ts'
import { rowOf } from './table.ts'
import { tridiagonalEigen } from './tridiagonal.ts'

interface Packed {
  readonly shape: readonly number[]
  readonly data: string
}
interface Golden {
  readonly name: string
  readonly table: Packed
  readonly axes: Packed
  readonly explained: readonly number[]
  readonly points: Packed
  readonly neighbors: readonly { row: number; rows: number[]; cosines: number[]; mean: number }[]
}
const golden = JSON.parse(readFileSync(new URL('../../golden/vectors.json', import.meta.url), 'utf8'))
const unpack = ({ data }: Packed) => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer)

describe.each(golden.cases as Golden[])('of $name, as numpy has them', each => {
  const table = { data: unpack(each.table), width: each.table.shape[1]! }

  it('principal axes, up to sign, and what they explain', () => {
    const dimensions = each.explained.length
    const { axes, mean, explained, rows } = principalAxes(table, { dimensions })
    expect(rows).toBe(each.table.shape[0])
    const expected = { data: unpack(each.axes), width: table.width }
    const points = unpack(each.points)
    const found = projected(table, { axes, mean })
    axes.forEach((axis, a) => {
      const row = rowOf(expected, a)
      const sign = Math.sign(axis.reduce((sum, value, i) => sum + value * row[i]!, 0))
      axis.forEach((value, i) => {
        expect(value * sign).toBeCloseTo(row[i]!, 5)
      })
      for (let i = a; i < points.length; i += dimensions) expect(found[i]! * sign).toBeCloseTo(points[i]!, 4)
      expect(explained[a]).toBeCloseTo(each.explained[a]!, 6)
    })
    explainedBy(table, axes).forEach((share, a) => {
      expect(share).toBeCloseTo(each.explained[a]!, 6)
    })
  })

  it('nearest neighbours, by brute force', () => {
    for (const { row, rows, cosines, mean } of each.neighbors) {
      const found = nearestRows(table, rowOf(table, row), { limit: 7, without: [row] })
      expect(found.neighbors.map(neighbor => neighbor.row)).toEqual(rows)
      found.neighbors.forEach(({ similarity }, i) => {
        expect(similarity).toBeCloseTo(cosines[i]!, 5)
      })
      expect(found.mean).toBeCloseTo(mean, 6)
    }
  })
})

describe('principal axes', () => {
  it('of a large table are found from a sample, evenly spread', () => {
    const data = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i * i))
    const { rows } = principalAxes({ data, width: 3 }, { sample: 100 })
    expect(rows).toBe(100)
  })

  it('of equal variances are still as many, at right angles', () => {
    // The corners of a cross: each of four directions alike.
    const data = new Float32Array(8 * 4)
    for (let i = 0; i < 4; i++) {
      data[i * 4 + i] = 1
      data[(4 + i) * 4 + i] = -1
    }
    const { axes, explained } = principalAxes({ data, width: 4 }, { dimensions: 3 })
    expect(explained.map(share => share.toFixed(6))).toEqual(['0.250000', '0.250000', '0.250000'])
    expect(cosine(axes[0]!, axes[1]!)).toBeCloseTo(0, 10)
    expect(cosine(axes[1]!, axes[2]!)).toBeCloseTo(0, 10)
  })

  it('are none where all rows are alike, or there is one, or what is no number', () => {
    expect(principalAxes({ data: Float32Array.of(1, Number.NaN, 3, 4), width: 2 }).axes).toEqual([])
    expect(principalAxes({ data: Float32Array.of(1, 2, 1, 2), width: 2 }).axes).toEqual([])
    expect(principalAxes({ data: Float32Array.of(1, 2), width: 2 }).axes).toEqual([])
  })

  it('are always the same', () => {
    const data = Float32Array.from({ length: 800 }, (_, i) => Math.cos(i * i))
    const [first, second] = [0, 1].map(() => principalAxes({ data, width: 8 }).axes)
    expect(first).toEqual(second)
    expect(Math.max(...first![0]!)).toBe(Math.max(...first![0]!.map(Math.abs)))
  })
})

it('eigenvalues of a tridiagonal matrix are those of the chain of masses', () => {
  // 2 on the diagonal, -1 beside it: 2 - 2 cos(k π / (m + 1)).
  const m = 40
  const { values, vectors } = tridiagonalEigen(Array(m).fill(2), Array(m - 1).fill(-1))
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((m - i) * Math.PI) / (m + 1)), 12)
  })
  vectors.forEach((vector, i) => {
    const middle = 2 * vector[7]! - vector[6]! - vector[8]!
    expect(middle).toBeCloseTo(values[i]! * vector[7]!, 12)
  })
  expect(tridiagonalEigen([3, 1, 2], [0, 0]).values).toEqual([3, 2, 1])
})

describe('neighbours', () => {
  it('of equal nearness come by row; a row of zeros is near nothing', () => {
    const data = Float32Array.of(1, 0, 0, 0, 2, 0, 0, 3, 5, 0)
    const { neighbors } = nearestRows({ data, width: 2 }, Float32Array.of(1, 0))
    expect(neighbors).toEqual([
      { row: 0, similarity: 1 },
      { row: 2, similarity: 1 },
      { row: 4, similarity: 1 },
      { row: 1, similarity: 0 },
      { row: 3, similarity: 0 },
    ])
    expect(nearestRows({ data, width: 2 }, new Float32Array(2), { limit: 1 }).neighbors[0]!.similarity).toBe(0)
    expect(() => nearestRows({ data, width: 2 }, new Float32Array(3))).toThrow(
      'expected a vector of 2 channels, found 3',
    )
  })

  it('each with each', () => {
    const table = { data: Float32Array.of(3, 4, -4, 3, 0, 0), width: 2 }
    expect([...similarities(table)].map(value => value.toFixed(6))).toEqual(
      [1, 0, 0, 0, 1, 0, 0, 0, 0].map(value => value.toFixed(6)),
    )
  })
})

describe('positions', () => {
  it('that are sinusoidal are as alike as they are near, wherever they stand', () => {
    const [positions, width] = [64, 32]
    const { similarity, byDistance } = tableSimilarity({ data: sinusoidalEncoding({ positions, width }), width })
    expect(byDistance[0]).toBeCloseTo(1, 6)
    for (const [i, j] of [
      [0, 5],
      [50, 55],
    ] as const) {
      expect(similarity[i * positions + j]).toBeCloseTo(byDistance[5]!, 5)
    }
    // The mean of the cosines of the angles between.
    const expected = Array.from({ length: 16 }, (_, k) => Math.cos(5 * 10000 ** ((-2 * k) / width)))
    expect(byDistance[5]).toBeCloseTo(expected.reduce((sum, value) => sum + value, 0) / 16, 5)
  })

  it('that are rotary are so by the product of turned vectors', () => {
    const options = { dim: 8, theta: 100 }
    const { similarity } = rotarySimilarity([0, 3, 10], options)
    // A vector of ones, its pairs turned to positions 3 and 10 (half-split, as Llama has it).
    const turned = (position: number) =>
      [0, 1, 2, 3].flatMap(pair => {
        const angle = position * 100 ** ((-2 * pair) / 8)
        return [Math.cos(angle) - Math.sin(angle), Math.sin(angle) + Math.cos(angle)]
      })
    expect(similarity[1 * 3 + 2]).toBeCloseTo(cosine(turned(3), turned(10)), 6)
    expect(similarity[2 * 3 + 1]).toBe(similarity[1 * 3 + 2])
    expect(similarity[0]).toBe(1)
  })
})
