import { describe, expect, it } from 'vitest'
import { chooseBackend } from '../../backends/choose.ts'
import { normals } from '../../testing/checkOp.ts'
import { tf } from '../../tf.ts'
import { addon } from '../testing/addon.ts'

describe.skipIf(!addon)('parts of tensors', () => {
  const onBoth = async (make: (x: tf.Tensor) => tf.Tensor[], shape: number[]) => {
    const results = []
    for (const backend of ['cpu', 'native'] as const) {
      await chooseBackend(backend)
      const size = shape.reduce((product, length) => product * length, 1)
      results.push(
        tf.tidy(() => make(tf.tensor(normals(size, 1, 'x'), shape)).map(part => [part.shape, [...part.dataSync()]])),
      )
    }
    return results
  }

  it.each([
    [[7], [2], [3]],
    [
      [3, 5],
      [1, 0],
      [2, 5],
    ],
    [
      [3, 5],
      [0, 1],
      [3, 2],
    ],
    [
      [3, 5],
      [1, 4],
      [2, -1],
    ],
    [
      [3, 5, 2],
      [1, 1, 0],
      [2, 3, 2],
    ],
    [
      [3, 5, 2, 4],
      [1, 0, 1, 1],
      [2, 5, 1, 2],
    ],
    [
      [3, 5],
      [0, 1],
      [3, 0],
    ],
  ])('slice of %j from %j, %j', async (shape, begin, size) => {
    const [cpu, native] = await onBoth(x => [tf.slice(x, begin, size)], shape)
    expect(native).toEqual(cpu)
  })

  it.each([
    [[6], 3, 0],
    [[4, 6], 2, 1],
    [[4, 6], [1, 2, 3], 1],
    [[4, 6], [1, -1], -1],
    [[5, 4, 6], [1, 3], 1],
  ])('split of %j into %j along %i', async (shape, parts, axis) => {
    const [cpu, native] = await onBoth(x => tf.split(x, parts as number[], axis), shape)
    expect(native).toEqual(cpu)
  })
})
