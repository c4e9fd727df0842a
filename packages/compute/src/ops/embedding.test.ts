import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import { tf } from '../tf.ts'
import { embedding } from './embedding.ts'

onEveryBackend(() => {
  it.each([
    [1, 1, [0]],
    [5, 3, [4, 0, 4, 4, 1]],
    [97, 32, Array.from({ length: 200 }, (_, i) => (i * 31) % 97)],
  ] as const)('looks up rows of [%i, %i] and sums their gradients', (rows, width, list) => {
    const ids = Int32Array.from(list)
    checkOp(
      {
        shapes: [[rows, width]],
        run: table => embedding(table as tf.Tensor2D, ids),
        truth: table => Float64Array.from(list.flatMap(id => [...table!.subarray(id * width, (id + 1) * width)])),
      },
      rows,
    )
  })

  it('names an id that is not in the table', () => {
    tf.tidy(() => {
      const table = tf.zeros([4, 2]) as tf.Tensor2D
      expect(() => embedding(table, Int32Array.of(0, 4))).toThrow('embedding: ids[1] is 4, but the table has 4 rows')
      expect(() => embedding(table, Int32Array.of(-1))).toThrow('embedding: ids[0] is -1, but the table has 4 rows')
    })
  })
})
