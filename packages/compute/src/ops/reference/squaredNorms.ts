import { tf } from '../../tf.ts'
import type { SquaredNormsKernel } from '../kernels.ts'

export const squaredNorms: SquaredNormsKernel = tensors => {
  if (tensors.length === 0) return []
  // One read of the device for all of them.
  return [...tf.stack(tensors.map(tensor => tf.sum(tf.square(tensor)))).dataSync()]
}
