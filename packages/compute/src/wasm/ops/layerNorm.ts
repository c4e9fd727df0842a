import type { LayerNormKernel } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { layerNormBackward, layerNormForward, NORM_ROWS } from '../kernels/layerNorm.ts'
import { sumRows } from './linear.ts'

/** `saved`: mean and rstd, as the reference's. */
export function layerNormKernel(heap: Heap): LayerNormKernel {
  return {
    forward({ x, gamma, beta, epsilon, keep }) {
      const [rows, width] = x.shape
      const [y, mean, rstd] = [heap.output(x.shape), heap.output([rows]), heap.output([rows])]
      heap.pool.run(
        layerNormForward,
        {
          x: heap.address(x),
          y: heap.address(y),
          gamma: heap.address(gamma),
          beta: heap.address(beta),
          mean: heap.address(mean),
          rstd: heap.address(rstd),
          rows,
          width,
          epsilon,
        },
        Math.ceil(rows / NORM_ROWS),
      )
      return { value: y, saved: keep ? [mean, rstd] : [] }
    },
    backward({ dy, x, gamma, saved: [mean, rstd] }) {
      const [rows, width] = x.shape
      const tasks = Math.ceil(rows / NORM_ROWS)
      const dx = heap.output(x.shape)
      const partial = heap.zeros([tasks, 2 * width])
      heap.pool.run(
        layerNormBackward,
        {
          dy: heap.address(dy),
          x: heap.address(x),
          dx: heap.address(dx),
          gamma: heap.address(gamma),
          mean: heap.address(mean!),
          rstd: heap.address(rstd!),
          partial: heap.address(partial),
          rows,
          width,
        },
        tasks,
      )
      const [dgamma, dbeta] = tf.split(sumRows(heap, partial, [2 * width]), 2)
      return { dx, dgamma: dgamma!, dbeta: dbeta! }
    },
  }
}
