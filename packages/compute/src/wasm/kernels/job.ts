import { type Body, type Code, f32, i32, i64, type Local, type WasmModule } from '@sluice/wasm'

export type FieldType = 'i32' | 'f32' | 'i64'
export type Fields = Readonly<Record<string, FieldType>>

/**
 * Work that is divided into tasks: an exported function `name(args, task, scratch)`. Its arguments lie in memory at `args`,
 * eight bytes each, in the order of `fields`, so that threads need be given one address only.
 */
export interface Job<F extends Fields = Fields> {
  readonly name: string
  readonly fields: F
}

export type JobValues<F extends Fields> = { readonly [K in keyof F]: number }

export const FIELD_BYTES = 8

type JobLocals<F extends Fields> = { readonly [K in keyof F]: Local<F[K]> }

export function addJob<const F extends Fields>(
  module: WasmModule,
  job: Job<F>,
  write: (fields: JobLocals<F>, task: Local<'i32'>, scratch: Local<'i32'>, body: Body) => Code,
): void {
  module.func(job.name, ['i32', 'i32', 'i32'], ([args, task, scratch], body) => {
    const locals: Record<string, Local<FieldType>> = {}
    const loads = Object.entries(job.fields).map(([name, type], i) => {
      const local = body.local(type)
      locals[name] = local
      const at = FIELD_BYTES * i
      if (type === 'i32') return (local as Local<'i32'>).set(i32.load(args, at))
      if (type === 'f32') return (local as Local<'f32'>).set(f32.load(args, at))
      return (local as Local<'i64'>).set(i64.load(args, at))
    })
    return [loads, write(locals as unknown as JobLocals<F>, task, scratch, body)]
  })
}
