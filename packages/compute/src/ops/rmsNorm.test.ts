import { it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import type { tf } from '../tf.ts'
import { rmsNorm } from './rmsNorm.ts'

onEveryBackend(() => {
  it.each([
    [1, 1],
    [5, 3],
    [1, 31],
    [33, 129],
    [131, 20],
  ])('normalises [%i, %i]', (rows, width) => {
    checkOp(
      {
        shapes: [[rows, width], [width]],
        run: (x, gamma) => rmsNorm(x as tf.Tensor2D, gamma as tf.Tensor1D, 1e-2),
        truth: (x, gamma) => double.rmsNorm(x!, gamma!, width, 1e-2),
      },
      width,
    )
  })
})
