import { type Code, flatten, section, signed, text, unsigned, vector } from './encode.ts'
import type { Expr, I32, Type } from './expr.ts'
import { i32 } from './scalar.ts'

const TYPES: Record<Type, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A local variable of a function. */
export interface Local<T extends Type> extends Expr<T> {
  set(value: Expr<T>): Code
  /** Sets, and leaves the value. */
  tee(value: Expr<T>): Expr<T>
}

/** What a function's body is written with. */
export interface Body {
  local<T extends Type>(type: T): Local<T>
  /** for (i = from; i < to; i += step), unsigned, with a fresh i. */
  range(from: I32 | number, to: I32 | number, step: I32 | number, body: (i: Local<'i32'>) => Code): Code
}

/** A function of the module, to be called from another. */
export type Callable = (...args: readonly (Expr<Type> | number)[]) => Code

interface Func {
  readonly name: string
  readonly params: readonly Type[]
  readonly locals: readonly Type[]
  readonly code: Code
}

type Locals<P extends readonly Type[]> = { [K in keyof P]: Local<P[K]> }

export const when = (condition: I32, then: Code, otherwise?: Code): Code => [
  condition.code,
  [0x04, 0x40],
  then,
  otherwise === undefined ? [] : [0x05, otherwise],
  0x0b,
]

/** Runs the body until it is no longer true that `condition`. Nothing at all if it is not true at first. */
const loop = (condition: I32, body: Code): Code =>
  when(condition, [[0x03, 0x40], body, condition.code, [0x0d, unsigned(0)], 0x0b])

/** Puts a WebAssembly module together, function by function. All functions return nothing and are exported by name. */
export class WasmModule {
  readonly #funcs: Func[] = []

  func<const P extends readonly Type[]>(
    name: string,
    params: P,
    write: (params: Locals<P>, body: Body) => Code,
  ): Callable {
    const locals: Type[] = []
    const body: Body = {
      local: type => variable(type, params.length + locals.push(type) - 1),
      range: (from, to, step, inner) => {
        const i = body.local('i32')
        return [
          i.set(typeof from === 'number' ? i32.const(from) : from),
          loop(i32.ltU(i, to), [inner(i), i.set(i32.add(i, step))]),
        ]
      },
    }
    const code = write(params.map(variable) as Locals<P>, body)
    const index = this.#funcs.push({ name, params, locals, code }) - 1
    return (...args) => [
      args.map(arg => (typeof arg === 'number' ? [0x41, signed(arg)] : arg.code)),
      0x10,
      unsigned(index),
    ]
  }

  /** @param memory.shared whether the imported memory ("env" "memory") is one for threads */
  binary(memory: { shared: boolean }): Uint8Array<ArrayBuffer> {
    const limits: Code = memory.shared ? [0x03, 0, unsigned(65536)] : [0x00, 0]
    return Uint8Array.from(
      flatten([
        [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        section(1, vector(this.#funcs.map(func => [0x60, vector(func.params.map(type => TYPES[type])), 0]))),
        section(2, vector([[text('env'), text('memory'), 0x02, limits]])),
        section(3, vector(this.#funcs.map((_, i) => unsigned(i)))),
        section(7, vector(this.#funcs.map((func, i) => [text(func.name), 0x00, unsigned(i)]))),
        section(
          10,
          vector(
            this.#funcs.map(func => {
              const locals = vector(func.locals.map(type => [1, TYPES[type]]))
              const content = flatten([locals, func.code, 0x0b])
              return [unsigned(content.length), content]
            }),
          ),
        ),
      ]),
    )
  }
}

function variable<T extends Type>(type: T, index: number): Local<T> {
  return {
    type,
    code: [0x20, unsigned(index)],
    set: value => [value.code, 0x21, unsigned(index)],
    tee: value => ({ type, code: [value.code, 0x22, unsigned(index)] }),
  }
}
