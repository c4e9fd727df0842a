import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, describe, expect, it } from 'vitest'
import { constantPositions, positionEmbedding } from './positions.ts'
import { sinusoidalEncoding } from './sinusoidal.ts'
import { tokenEmbedding } from './tokens.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

describe('sinusoidal encoding', () => {
  it('is that of the paper', () => {
    const width = 6
    const table = sinusoidalEncoding({ positions: 50, width })
    for (const position of [0, 1, 7, 49]) {
      for (let i = 0; i < width / 2; i++) {
        const angle = position / 10000 ** ((2 * i) / width)
        expect(table[position * width + 2 * i]).toBeCloseTo(Math.sin(angle), 6)
        expect(table[position * width + 2 * i + 1]).toBeCloseTo(Math.cos(angle), 6)
      }
    }
    // Width 4, position 1: sin 1, cos 1, sin 0.01, cos 0.01.
    const [a, b, c, d] = sinusoidalEncoding({ positions: 2, width: 4 }).subarray(4)
    expect([a, b, c, d].map(x => x!.toFixed(6))).toEqual(['0.841471', '0.540302', '0.010000', '0.999950'])
  })

  it('makes a shift a rotation: the dot product of two positions depends on their distance only', () => {
    const width = 8
    const table = sinusoidalEncoding({ positions: 40, width })
    const dot = (p: number, q: number) => {
      let sum = 0
      for (let i = 0; i < width; i++) sum += table[p * width + i]! * table[q * width + i]!
      return sum
    }
    expect(dot(3, 8)).toBeCloseTo(dot(30, 35), 5)
    expect(dot(3, 8)).not.toBeCloseTo(dot(3, 9), 2)
  })

  it('takes odd widths', () => {
    expect([...sinusoidalEncoding({ positions: 1, width: 3 })]).toEqual([0, 1, 0])
  })
})

describe('positions', () => {
  const size = { blockSize: 4, width: 6 }

  it('that are learned are rows of their table, and gradients reach it', () => {
    const weight = tf.tidy(() => tf.variable(tf.randomNormal([4, 6])))
    const positions = positionEmbedding({ kind: 'learned', ...size, weight })
    const at = Int32Array.from([0, 1, 2, 0, 1, 2])
    const rows = positions.embed(at)!
    expect(rows.arraySync()).toEqual([...at].map(row => (weight.arraySync() as number[][])[row]))
    const { value, grads } = tf.variableGrads(() => tf.sum<tf.Scalar>(positions.embed(at)!), [weight])
    const touched = (grads[weight.name]!.arraySync() as number[][]).map(row => row[0])
    expect(touched).toEqual([2, 2, 2, 0])
    tf.dispose([rows, value, grads[weight.name]!])
    weight.dispose()
  })

  it('that are learned need their table', () => {
    expect(() => positionEmbedding({ kind: 'learned', ...size })).toThrow('learned positions need their table')
  })

  it('that are sinusoidal are the encoding over sqrt(width)', () => {
    const positions = positionEmbedding({ kind: 'sinusoidal', ...size })
    const found = positions.embed(Int32Array.from([3, 0]))!
    const table = sinusoidalEncoding({ positions: 4, width: 6 })
    const expected = [...table.subarray(18, 24), ...table.subarray(0, 6)].map(value => value / Math.sqrt(6))
    Array.from(found.dataSync()).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6)
    })
    found.dispose()
    positions.dispose()
  })

  it('that are not there add nothing', () => {
    const positions = positionEmbedding({ kind: 'none', ...size })
    expect(positions.embed(Int32Array.from([0]))).toBe(null)
    expect(constantPositions('none', size)).toEqual(new Float32Array(24))
    positions.dispose()
  })
})

describe('tokens', () => {
  it('are rows of the table', () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
    const rows = tokenEmbedding(table, Int32Array.from([2, 0, 2]))
    expect(rows.arraySync()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ])
    tf.dispose([table, rows])
  })

  it.each([3, -1])('outside it are refused: %d', id => {
    const table = tf.zeros<tf.Rank.R2>([3, 2])
    let text = ''
    try {
      tokenEmbedding(table, Int32Array.from([0, id]))
    } catch (error) {
      text = `${(error as Error).name}: ${error}`
    }
    expect(text).toBe(
      `DataError: token 1: token id ${id} is outside the model's vocabulary of 3; use the tokenizer that the model was made with`,
    )
    table.dispose()
  })
})

it('leaves no tensor behind', () => {
  expect(tf.memory().numTensors).toBe(0)
})
