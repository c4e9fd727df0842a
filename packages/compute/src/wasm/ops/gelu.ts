import type { GeluKernel } from '../../ops/kernels.ts'
import type { Heap } from '../engine/heap.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { geluBackward, geluForward } from '../kernels/gelu.ts'

export function geluKernel(heap: Heap): GeluKernel {
  return {
    forward({ x }) {
      const y = heap.output(x.shape)
      heap.pool.run(geluForward, { x: heap.address(x), y: heap.address(y), count: x.size }, Math.ceil(x.size / CHUNK))
      return y
    },
    backward({ dy, x }) {
      const dx = heap.output(x.shape)
      heap.pool.run(
        geluBackward,
        { dy: heap.address(dy), x: heap.address(x), dx: heap.address(dx), count: x.size },
        Math.ceil(x.size / CHUNK),
      )
      return dx
    },
  }
}
