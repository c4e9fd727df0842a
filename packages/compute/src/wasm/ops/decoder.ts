import type { DecoderKernel } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import { typedDecoder } from '../../typed/decoder.ts'
import type { Vector, VectorEngine } from '../../typed/engine.ts'
import type { Heap } from '../engine/heap.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { geluForward } from '../kernels/gelu.ts'
import { DOT_ROWS, PRODUCT_COLUMNS, vectorDots, vectorProduct } from '../kernels/vectorProduct.ts'

/** A vector in the backend's memory. */
interface HeapVector extends Vector {
  readonly tensor: tf.Tensor
}

/** Products in WebAssembly, the rest of a step in JavaScript; the weights are read where they lie. */
export function decoderKernel(heap: Heap): DecoderKernel {
  const engine: VectorEngine<HeapVector> = {
    read: heap.values,
    vector(length) {
      const tensor = tf.keep(heap.zeros([length]))
      return {
        tensor,
        get values() {
          return heap.values(tensor)
        },
        dispose: () => tensor.dispose(),
      }
    },
    affine(x, { w, b }, y, accumulate) {
      const [inputs, outputs] = w.shape
      const [from, to] = [heap.address(x.tensor), heap.address(y.tensor)]
      heap.pool.run(
        vectorProduct,
        { x: from, w: heap.address(w), b: heap.address(b!), y: to, inputs, outputs, accumulate: accumulate ? 1 : 0 },
        Math.ceil(outputs / PRODUCT_COLUMNS),
      )
    },
    dots(table, x, y) {
      const [rows, width] = table.shape
      heap.pool.run(
        vectorDots,
        { x: heap.address(x.tensor), table: heap.address(table), y: heap.address(y.tensor), rows, width },
        Math.ceil(rows / DOT_ROWS),
      )
    },
    gelu(x) {
      const at = heap.address(x.tensor)
      heap.pool.run(geluForward, { x: at, y: at, count: x.tensor.size }, Math.ceil(x.tensor.size / CHUNK))
    },
  }
  return typedDecoder(engine, { prefillFrom: 3 })
}
