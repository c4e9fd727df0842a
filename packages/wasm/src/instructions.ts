export type { F32, F64, I32, I64, V128 } from './expr.ts'
export { f32, f64, i32, i64 } from './scalar.ts'
export { f32x4, f64x2, i8x16, i32x4, i64x2, v128 } from './simd.ts'
