import type { AdamWKernel, SquaredNormsKernel } from '../../ops/kernels.ts'
import type { Heap } from '../engine/heap.ts'
import { adamWStep } from '../kernels/adamW.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { squaredNorm } from '../kernels/squaredNorm.ts'

/** In place: the variables keep their memory, unless a clone shares it. */
export function adamWKernel(heap: Heap): AdamWKernel {
  return a => {
    const factors = {
      gradScale: a.gradScale,
      beta1: a.beta1,
      rest1: 1 - a.beta1,
      beta2: a.beta2,
      rest2: 1 - a.beta2,
      rootCorrection: 1 / Math.sqrt(1 - a.beta2 ** a.step),
      epsilon: a.epsilon,
      stepSize: a.learningRate / (1 - a.beta1 ** a.step),
    }
    a.params.forEach((param, i) => {
      const [m, v] = [a.m[i]!, a.v[i]!]
      for (const variable of [param, m, v]) heap.own(variable)
      heap.pool.run(
        adamWStep,
        {
          ...factors,
          p: heap.address(param),
          g: heap.address(a.grads[i]!),
          m: heap.address(m),
          v: heap.address(v),
          decay: 1 - a.learningRate * a.weightDecay[i]!,
          count: param.size,
        },
        Math.ceil(param.size / CHUNK),
      )
    })
  }
}

export function squaredNormsKernel(heap: Heap): SquaredNormsKernel {
  return tensors =>
    tensors.map(tensor => {
      const tasks = Math.ceil(tensor.size / CHUNK)
      const sums = heap.output([2 * tasks])
      heap.pool.run(squaredNorm, { x: heap.address(tensor), sums: heap.address(sums), count: tensor.size }, tasks)
      return heap.doubles(sums).reduce((sum, value) => sum + value, 0)
    })
}
