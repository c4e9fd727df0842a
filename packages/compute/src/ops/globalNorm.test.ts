import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { expectClose, normals } from '../testing/checkOp.ts'
import { tf } from '../tf.ts'
import { clipScale, globalNorm, squaredNorms } from './globalNorm.ts'

onEveryBackend(() => {
  it.each([1, 3, 17, 4096, 10007])('sums the squares of %i values', size => {
    const values = normals(size, size, 'values')
    const before = tf.memory().numTensors
    const tensors = [tf.tensor1d(values), tf.tensor2d([[3, 4]])]
    const squares = squaredNorms(tensors)
    expectClose('squares', squares, [values.reduce((sum, value) => sum + value * value, 0), 25], 1e-5)
    expect(globalNorm(tensors)).toBeCloseTo(Math.sqrt(squares[0]! + 25), 6)
    tf.dispose(tensors)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('is 0 for no tensors', () => expect(globalNorm([])).toBe(0))

  it('sees what is not a number', () => {
    const tensor = tf.tensor1d([1, Number.NaN, 2])
    expect(globalNorm([tensor])).toBeNaN()
    tensor.dispose()
  })

  it('scales down what is too long, and only that', () => {
    expect([clipScale(4, 1), clipScale(1, 1), clipScale(0, 1)]).toEqual([0.25, 1, 1])
  })
})
