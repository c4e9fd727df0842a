/// <reference path="../webAssembly.d.ts" preserve="true" />
export type { Code } from './encode.ts'
export type { F32, F64, I32, I64, V128 } from './instructions.ts'
export { f32, f32x4, f64, f64x2, i8x16, i32, i32x4, i64, i64x2, v128 } from './instructions.ts'
export { Kernels } from './kernels.ts'
export { type Body, type Callable, type Local, WasmModule, when } from './module.ts'
