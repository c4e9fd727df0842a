import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { DType, Value } from '../program/types.ts'

/**
 * a · b in float32, made of factors of the type `product`. TensorFlow sums bfloat16 products in float32 and rounds each sum once.
 */
export function product(
  p: Builder,
  a: Value,
  b: Value,
  type: DType,
  transposed: { transposeA?: boolean; transposeB?: boolean } = {},
): Value {
  return o.cast(p, o.matMul(p, o.cast(p, a, type), o.cast(p, b, type), transposed), 'float32')
}
