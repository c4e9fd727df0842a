import { type Code, signed, unsigned } from './encode.ts'

export type Type = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Instructions that leave one value of a type on the stack. */
export interface Expr<T extends Type> {
  readonly type: T
  readonly code: Code
}

export type I32 = Expr<'i32'>
export type I64 = Expr<'i64'>
export type F32 = Expr<'f32'>
export type F64 = Expr<'f64'>
export type V128 = Expr<'v128'>

/** Where a plain number will do for a constant. */
export type Operand<T extends Type> = Expr<T> | (T extends 'v128' ? never : number)

export const floatBytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)]
export const doubleBytes = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)]

export function lift<T extends Type>(type: T, operand: Operand<T>): Expr<T> {
  if (typeof operand !== 'number') return operand
  if (type === 'i32') return { type, code: [0x41, signed(operand)] }
  if (type === 'i64') return { type, code: [0x42, signed(operand)] }
  if (type === 'f32') return { type, code: [0x43, floatBytes(operand)] }
  return { type, code: [0x44, doubleBytes(operand)] }
}

export const expr = <T extends Type>(type: T, ...code: Code[]): Expr<T> => ({ type, code })

export const unary =
  <A extends Type, R extends Type>(from: A, to: R, ...opcode: number[]) =>
  (a: Operand<A>): Expr<R> =>
    expr(to, lift(from, a).code, opcode)

export const binary =
  <A extends Type, R extends Type>(from: A, to: R, ...opcode: number[]) =>
  (a: Operand<A>, b: Operand<A>): Expr<R> =>
    expr(to, lift(from, a).code, lift(from, b).code, opcode)

export const load =
  <T extends Type>(type: T, ...opcode: number[]) =>
  (address: Operand<'i32'>, offset = 0): Expr<T> =>
    expr(type, lift('i32', address).code, opcode, 0, unsigned(offset))

export const store =
  <T extends Type>(type: T, ...opcode: number[]) =>
  (address: Operand<'i32'>, value: Operand<T>, offset = 0): Code => [
    lift('i32', address).code,
    lift(type, value).code,
    opcode,
    0,
    unsigned(offset),
  ]
