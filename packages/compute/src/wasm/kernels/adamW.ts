import { f32x4, type V128, v128, type WasmModule } from '@sluice/wasm'
import { chunk, chunked } from './elementwise.ts'
import { addJob } from './job.ts'
import type { Madd } from './microKernel.ts'

/** One parameter's step; see `adamW` in ../../ops. The caller has put the factors together, in double precision. */
export const adamWStep = chunked('adamWStep', {
  p: 'i32',
  g: 'i32',
  m: 'i32',
  v: 'i32',
  gradScale: 'f32',
  beta1: 'f32',
  /** 1 - beta1, and so for beta2. */
  rest1: 'f32',
  beta2: 'f32',
  rest2: 'f32',
  /** 1 / sqrt(1 - beta2^t) */
  rootCorrection: 'f32',
  epsilon: 'f32',
  /** learningRate / (1 - beta1^t) */
  stepSize: 'f32',
  /** 1 - learningRate * weightDecay */
  decay: 'f32',
})

export function addAdamW(module: WasmModule, madd: Madd): void {
  addJob(module, adamWStep, ({ p, g, m, v, count, ...a }, task, _, body) => {
    const [grad, first, second] = [body.local('v128'), body.local('v128'), body.local('v128')]
    return chunk(body, count, task, [p, g, m, v], lanes => [
      grad.set(f32x4.mul(lanes.load(g), f32x4.splat(a.gradScale))),
      first.set(madd(lanes.load(m), f32x4.splat(a.beta1), f32x4.mul(grad, f32x4.splat(a.rest1)))),
      first.set(flushed(first)),
      lanes.store(m, first),
      second.set(f32x4.mul(f32x4.mul(grad, grad), f32x4.splat(a.rest2))),
      second.set(madd(lanes.load(v), f32x4.splat(a.beta2), second)),
      second.set(flushed(second)),
      lanes.store(v, second),
      second.set(madd(f32x4.sqrt(second), f32x4.splat(a.rootCorrection), f32x4.splat(a.epsilon))),
      first.set(f32x4.div(f32x4.mul(first, f32x4.splat(a.stepSize)), second)),
      lanes.store(p, f32x4.sub(f32x4.mul(lanes.load(p), f32x4.splat(a.decay)), first)),
    ])
  })
}

/**
 * 0 for what is too small to matter. The moments of a weight without gradients (a rare token's) would become subnormal, with
 * which many processors compute a hundred times slower.
 */
function flushed(value: V128): V128 {
  return v128.and(value, f32x4.gt(f32x4.abs(value), f32x4.const(1e-36)))
}
