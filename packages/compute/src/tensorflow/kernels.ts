import type { TensorflowEngine } from '../backends/tensorflow/engine.ts'
import type { Kernels } from '../ops/kernels.ts'

/** Our operations on TensorFlow. */
export function tensorflowKernels(_engine: TensorflowEngine): Partial<Kernels> {
  return {}
}
