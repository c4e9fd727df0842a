import type { tf } from '../../tf.ts'
import type { Precision } from '../backend.ts'

/** An attribute of an operation: `type` is one of the binding's `TF_ATTR_…`; a type's value is its number, as in `TF_FLOAT`. */
export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** A tensor of TensorFlow. It lives until `deleteTensor`, and may be of a type that tfjs does not know, such as bfloat16 (14). */
export interface Handle {
  readonly id: number
  readonly dtype: number
  readonly shape: number[]
}

/** The compiled binding of tfjs-node: TensorFlow's C interface for eager execution. */
export interface TensorflowBinding {
  readonly TF_Version: string
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_INT64: number
  readonly TF_BOOL: number
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  isUsingGpuDevice(): boolean
  getNumOfTensors(): number
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array
  /** Runs any operation of TensorFlow by its name. */
  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): Handle[]
}

/** What tfjs-node's backend keeps of one tensor; `id` is missing while `values` are there. */
export interface StoredTensor {
  shape: number[]
  dtype: number
  id: number
  values: tf.BackendValues | null
  refCount: number
}

/** tfjs-node's backend, as far as our kernels use it. */
export interface TensorflowBackend extends tf.KernelBackend {
  readonly binding: TensorflowBinding
  readonly isUsingGpuDevice: boolean
  /** What it knows of each tensor: the handle, and values that have not been handed to TensorFlow yet. */
  readonly tensorMap: tf.DataStorage<StoredTensor>
  /** Handles of the inputs, made now for values that have not been handed to TensorFlow yet. */
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
  /** Makes a handle a tensor of tfjs. */
  createOutputTensor(handle: Handle): tf.Tensor
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[]
}

/** What kernels for this backend are made with. */
export interface TensorflowEngine {
  readonly binding: TensorflowBinding
  readonly backend: TensorflowBackend
  readonly gpu: boolean
  readonly precision: Precision
}
