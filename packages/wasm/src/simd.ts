import { type Code, unsigned } from './encode.ts'
import {
  binary,
  doubleBytes,
  expr,
  type F32,
  type F64,
  floatBytes,
  type I32,
  lift,
  load,
  type Operand,
  store,
  unary,
  type V128,
} from './expr.ts'

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]
const simdUnary = (opcode: number) => unary('v128', 'v128', ...simd(opcode))
const simdBinary = (opcode: number) => binary('v128', 'v128', ...simd(opcode))
const shift =
  (opcode: number) =>
  (a: V128, bits: Operand<'i32'>): V128 =>
    expr('v128', a.code, lift('i32', bits).code, simd(opcode))
const ternary =
  (opcode: number) =>
  (a: V128, b: V128, c: V128): V128 =>
    expr('v128', a.code, b.code, c.code, simd(opcode))

export const v128 = {
  load: load('v128', ...simd(0x00)),
  /** One float in all four lanes. */
  load32Splat: load('v128', ...simd(0x09)),
  /** One float in lane 0, zeros in the others. */
  load32Zero: load('v128', ...simd(0x5c)),
  store: store('v128', ...simd(0x0b)),
  /** Stores lane 0. */
  store32: (address: Operand<'i32'>, value: V128, offset = 0): Code => [
    lift('i32', address).code,
    value.code,
    simd(0x5a),
    0,
    unsigned(offset),
    0,
  ],
  /** Bytes of a, then b, by index 0 … 31. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 => expr('v128', a.code, b.code, simd(0x0d), [...lanes]),
  and: simdBinary(0x4e),
  /** Bits of a that b has not. */
  andNot: simdBinary(0x4f),
  or: simdBinary(0x50),
  xor: simdBinary(0x51),
  /** Bits of a where the mask's are 1, else of b. */
  select: ternary(0x52),
}

export const i8x16 = {
  /** One byte in all sixteen lanes. */
  const: (value: number): V128 => expr('v128', simd(0x0c), Array<number>(16).fill(value & 255)),
  eq: simdBinary(0x23),
  ltU: simdBinary(0x26),
  /** The highest bit of each lane, that of lane 0 lowest. */
  bitmask: (a: V128): I32 => expr('i32', a.code, simd(0x64)),
  sub: simdBinary(0x71),
}

export const i32x4 = {
  const: (a: number, b: number, c: number, d: number): V128 =>
    expr('v128', simd(0x0c), [...new Uint8Array(Int32Array.of(a, b, c, d).buffer)]),
  splat: unary('i32', 'v128', ...simd(0x11)),
  ltU: simdBinary(0x3a),
  geU: simdBinary(0x40),
  shl: shift(0xab),
  shrU: shift(0xad),
  add: simdBinary(0xae),
  mul: simdBinary(0xb5),
  minS: simdBinary(0xb6),
  truncate: simdUnary(0xf8),
}

export const i64x2 = {
  /** Full products of the two low, or the two high, unsigned 32-bit lanes. */
  productLow: simdBinary(0xde),
  productHigh: simdBinary(0xdf),
}

export const f32x4 = {
  const: (value: number): V128 =>
    expr(
      'v128',
      simd(0x0c),
      [0, 0, 0, 0].map(() => floatBytes(value)),
    ),
  splat: unary('f32', 'v128', ...simd(0x13)),
  lane: (a: V128, index: number): F32 => expr('f32', a.code, simd(0x1f), index),
  lt: simdBinary(0x43),
  gt: simdBinary(0x44),
  nearest: simdUnary(0x6a),
  abs: simdUnary(0xe0),
  neg: simdUnary(0xe1),
  sqrt: simdUnary(0xe3),
  add: simdBinary(0xe4),
  sub: simdBinary(0xe5),
  mul: simdBinary(0xe6),
  div: simdBinary(0xe7),
  /** The smaller; the first where one is not a number. One instruction, unlike `min`. */
  pmin: simdBinary(0xea),
  pmax: simdBinary(0xeb),
  /** a * b + c, with one rounding or two, as the machine likes best (relaxed SIMD). */
  relaxedMadd: ternary(0x105),
}

export const f64x2 = {
  const: (value: number): V128 => expr('v128', simd(0x0c), doubleBytes(value), doubleBytes(value)),
  lane: (a: V128, index: number): F64 => expr('f64', a.code, simd(0x21), index),
  add: simdBinary(0xf0),
  mul: simdBinary(0xf2),
  /** Doubles of lanes 0 and 1. */
  promote: simdUnary(0x5f),
}
