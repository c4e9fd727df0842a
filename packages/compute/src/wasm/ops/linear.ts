import type { LinearKernel } from '../../ops/kernels.ts'
import type { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { columnSums, SUM_COLUMNS } from '../kernels/columnSums.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { geluBackward } from '../kernels/gelu.ts'
import { matrix, multiply, transposed } from './products.ts'

/** `saved`: the value before the activation, where there is one. */
export function linearKernel(heap: Heap): LinearKernel {
  const at = (tensor: tf.Tensor) => matrix(heap.address(tensor), tensor.shape[0]!, tensor.shape[1]!)
  return {
    forward({ x, w, b, activation, keep }) {
      const shape = [x.shape[0], w.shape[1]]
      const z = heap.output(shape)
      const y = activation ? heap.output(shape) : z
      multiply(heap, at(x), at(w), at(z), {
        ...(b ? { bias: heap.address(b) } : {}),
        ...(activation ? { activated: heap.address(y) } : {}),
      })
      return { value: y, saved: activation && keep ? [z] : [] }
    },
    backward({ dy, x, w, saved, bias, activation }) {
      let dz: tf.Tensor = dy
      if (activation) {
        dz = heap.output(dy.shape)
        heap.pool.run(
          geluBackward,
          { dy: heap.address(dy), x: heap.address(saved[0]!), dx: heap.address(dz), count: dy.size },
          Math.ceil(dy.size / CHUNK),
        )
      }
      const dx = heap.output(x.shape)
      const dw = heap.output(w.shape)
      multiply(heap, at(dz), transposed(at(w)), at(dx))
      multiply(heap, transposed(at(x)), at(dz), at(dw))
      return { dx, dw, db: bias ? sumRows(heap, dz, [w.shape[1]]) : null }
    },
  }
}

/** The sum of a matrix's rows, as a tensor of the given shape. */
export function sumRows(heap: Heap, x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const [rows, width] = x.shape as [number, number]
  const out = heap.zeros(shape)
  heap.pool.run(columnSums, { x: heap.address(x), out: heap.address(out), rows, width }, Math.ceil(width / SUM_COLUMNS))
  return out
}
