import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { gelu } from './gelu.ts'

onEveryBackend(() => {
  it.each([[[1]], [[7]], [[5, 129]], [[2, 3, 4]]])('is the tanh form, shape %j', shape => {
    checkOp({ shapes: [shape], run: x => gelu(x), truth: x => double.gelu(x!), scale: 2 }, shape.length)
  })

  it('is x far to the right and 0 far to the left, with slopes 1 and 0', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([30, 1e4, -30, -1e4, 0])
      expect([...gelu(x).dataSync()].map(value => value + 0)).toEqual([30, 10000, 0, 0, 0])
      expect(
        [
          ...tf
            .grad(x => gelu(x))(x)
            .dataSync(),
        ].map(value => value + 0),
      ).toEqual([1, 1, 0, 0, 0.5])
    })
  })
})
