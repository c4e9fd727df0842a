import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { gatedSilu } from './gatedSilu.ts'

onEveryBackend(() => {
  it.each([
    [1, 1],
    [5, 3],
    [2, 17],
    [101, 64],
  ])('gates [%i, 2 x %i]', (rows, width) => {
    checkOp(
      {
        shapes: [[rows, 2 * width]],
        scale: 3,
        run: x => gatedSilu(x as tf.Tensor2D),
        truth: x => double.gatedSilu(x!, width),
      },
      rows,
    )
  })

  it('names what does not fit', () => {
    tf.tidy(() => {
      expect(() => gatedSilu(tf.zeros([2, 3]))).toThrow('gatedSilu: the rows of x have two halves, not 3 columns')
    })
  })
})
