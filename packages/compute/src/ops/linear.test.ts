import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { linear } from './linear.ts'

const SHAPES = [
  [1, 1, 1],
  [1, 7, 3],
  [5, 1, 2],
  [3, 4, 1],
  [13, 17, 11],
  [64, 32, 96],
  [67, 33, 31],
  [130, 65, 34],
] as const

onEveryBackend(() => {
  it.each(SHAPES)('multiplies [%i, %i] by [., %i] and adds the bias', (rows, from, to) => {
    checkOp(
      {
        shapes: [[rows, from], [from, to], [to]],
        run: (x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
        truth: (x, w, b) => double.matMul(x!, w!, rows, from, to).map((value, i) => value + b![i % to]!),
      },
      rows,
    )
  })

  it.each(SHAPES)('applies GELU to [%i, %i] by [., %i] without a bias', (rows, from, to) => {
    checkOp(
      {
        shapes: [
          [rows, from],
          [from, to],
        ],
        run: (x, w) => linear(x as tf.Tensor2D, w as tf.Tensor2D, null, { activation: 'gelu_new' }),
        truth: (x, w) => double.gelu(double.matMul(x!, w!, rows, from, to)),
      },
      to,
    )
  })

  it.each(SHAPES)('applies the exact GELU to [%i, %i] by [., %i] and adds a residual', (rows, from, to) => {
    checkOp(
      {
        shapes: [[rows, from], [from, to], [to], [rows, to]],
        run: (x, w, b, residual) =>
          linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, {
            activation: 'gelu',
            residual: residual as tf.Tensor2D,
          }),
        truth: (x, w, b, residual) =>
          double
            .geluOfNormal(double.matMul(x!, w!, rows, from, to).map((value, i) => value + b![i % to]!))
            .map((value, i) => value + residual![i]!),
      },
      to,
    )
  })

  it('applies bias and GELU', () => {
    // Large enough to be divided among threads.
    const [rows, from, to] = [131, 97, 89]
    checkOp(
      {
        shapes: [[rows, from], [from, to], [to]],
        run: (x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, { activation: 'gelu_new' }),
        truth: (x, w, b) => double.gelu(double.matMul(x!, w!, rows, from, to).map((value, i) => value + b![i % to]!)),
      },
      9,
    )
  })

  it.each(SHAPES)('adds [%i, .] by [%i, %i] to a residual', (rows, from, to) => {
    checkOp(
      {
        shapes: [[rows, from], [from, to], [to], [rows, to]],
        run: (x, w, b, residual) =>
          linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, { residual: residual as tf.Tensor2D }),
        truth: (x, w, b, residual) =>
          double.matMul(x!, w!, rows, from, to).map((value, i) => value + b![i % to]! + residual![i]!),
      },
      rows,
    )
  })

  it('names the operand that does not fit', () => {
    tf.tidy(() => {
      const x = tf.zeros([2, 3]) as tf.Tensor2D
      expect(() => linear(x, tf.zeros([4, 5]), null)).toThrow('linear: w must have the shape [3,5], not [4,5]')
      expect(() => linear(x, tf.zeros([3, 5]), tf.zeros([3]))).toThrow('linear: b must have the shape [5], not [3]')
      const residual = tf.zeros([2, 4]) as tf.Tensor2D
      expect(() => linear(x, tf.zeros([3, 5]), null, { residual })).toThrow(
        'linear: residual must have the shape [2,5], not [2,4]',
      )
      expect(() => linear(tf.zeros([3]) as never, tf.zeros([3, 5]), null)).toThrow(
        'linear: x must have 2 dimensions, not the shape [3]',
      )
    })
  })
})
