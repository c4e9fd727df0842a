import type { NamedTensor } from '@sluice/pipeline'

/** How values of one safetensors dtype become ours. */
export interface Dtype {
  /** Bytes of one value. */
  readonly size: number
  readonly as: NamedTensor['dtype']
  /** Whether the values are the bytes themselves, which then stay where they are. */
  readonly asItLies?: true
  /**
   * The values in `bytes`: from a multiple of four on in their buffer where they are as they lie, else at the start of one of their
   * own. Undefined for a value at hand that ours cannot hold.
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Float32Array | Int32Array | undefined
}

/**
 * The dtypes read, by their names in the file (https://github.com/huggingface/safetensors, `Dtype`). Little-endian, as is
 * every machine that Node is released for but one.
 */
export const dtypes: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['F64', { size: 8, as: 'float32', decode: bytes => Float32Array.from(new Float64Array(bytes.buffer)) }],
  ['F32', { size: 4, as: 'float32', asItLies: true, decode: bytes => new Float32Array(...extent(bytes)) }],
  ['F16', { size: 2, as: 'float32', decode: bytes => Float32Array.from(new Uint16Array(bytes.buffer), halfToSingle) }],
  ['BF16', { size: 2, as: 'float32', decode: bytes => brainToSingle(new Uint16Array(bytes.buffer)) }],
  ['I64', { size: 8, as: 'int32', decode: bytes => narrowed(new BigInt64Array(bytes.buffer)) }],
  ['I32', { size: 4, as: 'int32', asItLies: true, decode: bytes => new Int32Array(...extent(bytes)) }],
  ['I16', { size: 2, as: 'int32', decode: bytes => Int32Array.from(new Int16Array(bytes.buffer)) }],
  ['I8', { size: 1, as: 'int32', decode: bytes => Int32Array.from(new Int8Array(bytes.buffer)) }],
  ['U8', { size: 1, as: 'int32', decode: bytes => Int32Array.from(bytes) }],
  ['BOOL', { size: 1, as: 'int32', decode: bytes => Int32Array.from(bytes) }],
])

function extent({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): [ArrayBuffer, number, number] {
  return [buffer, byteOffset, byteLength / 4]
}

/** What float32 values can be written as. */
export type Floats = 'F32' | 'BF16' | 'F16'

/** What is written: dtype's name in the file. */
export const written: Readonly<Record<NamedTensor['dtype'], string>> = { float32: 'F32', int32: 'I32' }

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 is the upper half of a binary32. */
function brainToSingle(values: Uint16Array): Float32Array {
  const bits = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = values[i]! << 16
  return new Float32Array(bits.buffer)
}

function narrowed(values: BigInt64Array): Int32Array | undefined {
  const narrow = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    narrow[i] = Number(values[i])
    if (BigInt(narrow[i]!) !== values[i]) return undefined
  }
  return narrow
}
