/** Types of elements, by the numbers that TensorFlow gives them (tensorflow/core/framework/types.proto). */
export const DTYPES = { float32: 1, int32: 3, int64: 9, bool: 10, bfloat16: 14, uint32: 22, uint64: 23 } as const

export type DType = keyof typeof DTYPES

/** A tensor within a program. */
export interface Value {
  readonly slot: number
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** A type is given as `{ type }`, a real number as `{ float }`; a plain number is whole. */
export type Attribute = boolean | number | string | { readonly type: DType } | { readonly float: number }

/** One operation of TensorFlow. */
export interface Instruction {
  readonly name: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
}

export interface Constant {
  readonly value: Value
  readonly values: Float32Array | Int32Array
}

/** Operations in the order in which they run, on tensors of known shapes. */
export interface Program {
  readonly inputs: readonly Value[]
  readonly constants: readonly Constant[]
  readonly instructions: readonly Instruction[]
  readonly outputs: readonly Value[]
  readonly slots: number
}
