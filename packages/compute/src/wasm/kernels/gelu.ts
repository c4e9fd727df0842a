import { type Body, type Code, f32x4, type Local, type V128, type WasmModule } from '@sluice/wasm'
import { chunk, chunked } from './elementwise.ts'
import { exponential } from './exp.ts'
import { addJob } from './job.ts'
import type { Madd } from './microKernel.ts'

const SCALE = Math.sqrt(2 / Math.PI)
const CUBE = 0.044715

// With u = SCALE (x + CUBE x³) and s = 1 / (1 + exp(-2u)): (1 + tanh u) / 2 = s, so gelu(x) = x s and
// gelu'(x) = s + 2 x s (1 - s) u'.

/** s = 1 / (1 + exp(-2u)) of x. */
function sigmoidOf(body: Body, madd: Madd, x: V128, s: Local<'v128'>): Code {
  return [
    s.set(madd(f32x4.mul(x, x), f32x4.const(CUBE), f32x4.const(1))),
    s.set(f32x4.mul(f32x4.mul(s, x), f32x4.const(-2 * SCALE))),
    exponential(body, madd, s),
    s.set(f32x4.div(f32x4.const(1), f32x4.add(s, f32x4.const(1)))),
  ]
}

/** y = gelu(x). */
export function geluOf(body: Body, madd: Madd, x: V128, y: Local<'v128'>): Code {
  return [sigmoidOf(body, madd, x, y), y.set(f32x4.mul(x, y))]
}

export const geluForward = chunked('geluForward', { x: 'i32', y: 'i32' })
export const geluBackward = chunked('geluBackward', { dy: 'i32', x: 'i32', dx: 'i32' })

export function addGelu(module: WasmModule, madd: Madd): void {
  addJob(module, geluForward, ({ x, y, count }, task, _, body) => {
    const [value, result] = [body.local('v128'), body.local('v128')]
    return chunk(body, count, task, [x, y], lanes => [
      value.set(lanes.load(x)),
      geluOf(body, madd, value, result),
      lanes.store(y, result),
    ])
  })
  addJob(module, geluBackward, ({ dy, x, dx, count }, task, _, body) => {
    const [value, s] = [body.local('v128'), body.local('v128')]
    const slope = madd(f32x4.mul(value, value), f32x4.const(6 * SCALE * CUBE), f32x4.const(2 * SCALE))
    const rest = f32x4.mul(f32x4.mul(value, f32x4.sub(f32x4.const(1), s)), slope)
    return chunk(body, count, task, [dy, x, dx], lanes => [
      value.set(lanes.load(x)),
      sigmoidOf(body, madd, value, s),
      lanes.store(dx, f32x4.mul(lanes.load(dy), madd(s, rest, s))),
    ])
  })
}
