import { binary, expr, type F32, type F64, type I32, lift, load, type Operand, store, unary } from './expr.ts'

export const i32 = {
  const: (value: number): I32 => lift('i32', value),
  load: load('i32', 0x28),
  /** One byte, as it is without a sign. */
  load8: load('i32', 0x2d),
  store: store('i32', 0x36),
  /** Stores the lowest byte. */
  store8: store('i32', 0x3a),
  /** Stores the low half. */
  store16: store('i32', 0x3b),
  eqz: unary('i32', 'i32', 0x45),
  /** Zeros below the lowest bit that is set. */
  ctz: unary('i32', 'i32', 0x68),
  /** How many bits are set. */
  popcnt: unary('i32', 'i32', 0x69),
  eq: binary('i32', 'i32', 0x46),
  ne: binary('i32', 'i32', 0x47),
  ltU: binary('i32', 'i32', 0x49),
  gtU: binary('i32', 'i32', 0x4b),
  leU: binary('i32', 'i32', 0x4d),
  geU: binary('i32', 'i32', 0x4f),
  add: binary('i32', 'i32', 0x6a),
  sub: binary('i32', 'i32', 0x6b),
  mul: binary('i32', 'i32', 0x6c),
  divU: binary('i32', 'i32', 0x6e),
  remU: binary('i32', 'i32', 0x70),
  and: binary('i32', 'i32', 0x71),
  or: binary('i32', 'i32', 0x72),
  xor: binary('i32', 'i32', 0x73),
  shl: binary('i32', 'i32', 0x74),
  shrU: binary('i32', 'i32', 0x76),
  wrap: unary('i64', 'i32', 0xa7),
  /** a if the condition holds, else b; both are computed. */
  select: (a: Operand<'i32'>, b: Operand<'i32'>, condition: Operand<'i32'>): I32 =>
    expr('i32', lift('i32', a).code, lift('i32', b).code, lift('i32', condition).code, 0x1b),
  min: (a: I32, b: I32): I32 => i32.select(a, b, i32.ltU(a, b)),
}

export const i64 = {
  load: load('i64', 0x29),
  add: binary('i64', 'i64', 0x7c),
  mul: binary('i64', 'i64', 0x7e),
  shrU: binary('i64', 'i64', 0x88),
  extend: unary('i32', 'i64', 0xad),
}

export const f32 = {
  const: (value: number): F32 => lift('f32', value),
  load: load('f32', 0x2a),
  store: store('f32', 0x38),
  add: binary('f32', 'f32', 0x92),
  sub: binary('f32', 'f32', 0x93),
  mul: binary('f32', 'f32', 0x94),
  div: binary('f32', 'f32', 0x95),
  sqrt: unary('f32', 'f32', 0x91),
  max: binary('f32', 'f32', 0x97),
  convert: unary('i32', 'f32', 0xb3),
  demote: unary('f64', 'f32', 0xb6),
}

export const f64 = {
  const: (value: number): F64 => lift('f64', value),
  load: load('f64', 0x2b),
  store: store('f64', 0x39),
  add: binary('f64', 'f64', 0xa0),
}
