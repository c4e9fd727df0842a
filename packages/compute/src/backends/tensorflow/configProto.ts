/** What TensorFlow is told when it starts. */
export interface TensorflowConfig {
  /** Threads of one operation. Default: one for each core. */
  readonly threads?: number
  /** The most that may be taken of a GPU's memory, bytes. Default: it grows as needed. */
  readonly gpuMemory?: number
}

/**
 * The protocol buffer `ConfigProto` (tensorflow/core/protobuf/config.proto), which is how TensorFlow's C interface takes its options.
 * Fields: 2 intra_op_parallelism_threads; 6 gpu_options { 4 allow_growth, 9 experimental { 1 virtual_devices { 1 memory_limit_mb } } }.
 */
export function configProto({ threads, gpuMemory }: TensorflowConfig): Uint8Array {
  const gpu =
    gpuMemory === undefined
      ? [...tag(4, VARINT), 1]
      : message(9, message(1, [...tag(1, FIXED32), ...float32(gpuMemory / 2 ** 20)]))
  return Uint8Array.from([
    ...(threads === undefined ? [] : [...tag(2, VARINT), ...varint(threads)]),
    ...message(6, gpu),
  ])
}

const VARINT = 0
const LENGTH = 2
const FIXED32 = 5

function message(field: number, bytes: readonly number[]): number[] {
  return [...tag(field, LENGTH), ...varint(bytes.length), ...bytes]
}

function tag(field: number, wireType: number): number[] {
  return varint((field << 3) | wireType)
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}

function float32(value: number): number[] {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return [...bytes]
}
