import { tf } from '../../tf.ts'
import type { EmbeddingKernel } from '../kernels.ts'

export const embedding: EmbeddingKernel = {
  forward({ table, ids }) {
    return tf.gather(table, tf.tensor1d(ids, 'int32'))
  },
  backward({ dy, ids, shape }) {
    return scatterAdd(ids, dy, shape)
  },
}

/** Sums rows that have the same id. (The gradient of tf.gather needs UnsortedSegmentSum, which wasm has not.) */
export function scatterAdd(ids: Int32Array, rows: tf.Tensor2D, shape: [number, number]): tf.Tensor {
  return tf.scatterND(tf.tensor2d(ids, [ids.length, 1], 'int32'), rows, shape)
}
