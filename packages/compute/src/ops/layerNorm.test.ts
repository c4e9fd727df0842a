import { it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import type { tf } from '../tf.ts'
import { layerNorm } from './layerNorm.ts'

onEveryBackend(() => {
  it.each([
    [1, 3],
    [5, 3],
    [1, 31],
    [7, 64],
    [33, 129],
    [64, 128],
    [131, 20],
  ])('normalises [%i, %i]', (rows, width) => {
    checkOp(
      {
        shapes: [[rows, width], [width], [width]],
        run: (x, gamma, beta) => layerNorm(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5),
        truth: (x, gamma, beta) => double.layerNorm(x!, gamma!, beta!, width, 1e-5),
        tolerance: 3e-5,
      },
      width,
    )
  })

  it('gives beta where a row has no variance', () => {
    checkOp(
      {
        shapes: [[3, 1], [1], [1]],
        run: (x, gamma, beta) => layerNorm(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5),
        truth: (x, gamma, beta) => double.layerNorm(x!, gamma!, beta!, 1, 1e-5),
      },
      1,
    )
  })
})
