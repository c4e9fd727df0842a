import type { tf } from '../../tf.ts'
import type { WasmBackend } from '../engine/heap.ts'

/** The same memory under another name, as on all other backends; tfjs-wasm copies it, also for every tensor kept for a gradient. */
export const identity: tf.KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = inputs.x as tf.TensorInfo
  ;(backend as unknown as WasmBackend).incRef(dataId)
  return { dataId, shape, dtype }
}
