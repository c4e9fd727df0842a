import { it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp, expectClose } from '../testing/checkOp.ts'
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
      expectClose('gelu', gelu(x).dataSync(), [30, 1e4, 0, 0, 0], 1e-12)
      expectClose(
        'slope',
        tf
          .grad(x => gelu(x))(x)
          .dataSync(),
        [1, 1, 0, 0, 0.5],
        1e-12,
      )
    })
  })
})
