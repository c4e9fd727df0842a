import type { AdamWKernel, SquaredNormsKernel } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import * as o from '../program/ops.ts'
import type { HostValues, Programs } from '../program/programs.ts'

/** A parameter is given other memory at each step: what shares its memory keeps its values. */
export function adamWKernel(programs: Programs): AdamWKernel {
  return a => {
    const correction = Math.sqrt(1 - a.beta2 ** a.step)
    const rate = (a.learningRate * correction) / (1 - a.beta1 ** a.step)
    const floor = a.epsilon * correction
    const { beta1, beta2, gradScale } = a
    a.params.forEach((param, i) => {
      const kept = 1 - a.learningRate * a.weightDecay[i]!
      const numbers = [gradScale * (1 - beta1), gradScale ** 2 * (1 - beta2), rate, floor, kept].map(scalar)
      const operands = [param, a.grads[i]!, a.m[i]!, a.v[i]!, ...numbers]
      const name = `adamW ${beta1} ${beta2} ${a.weightDecay[i] !== 0}`
      const updated = programs.run(name, operands, (p, x, g, m, v, share1, share2, rate, floor, kept) => {
        const mean = o.add(p, o.mul(p, m!, beta1), o.mul(p, g!, share1!))
        const square = o.add(p, o.mul(p, v!, beta2), o.mul(p, o.square(p, g!), share2!))
        const change = o.div(p, o.mul(p, mean, rate!), o.add(p, o.sqrt(p, square), floor!))
        const decays = a.weightDecay[i] !== 0
        return [o.sub(p, decays ? o.mul(p, x!, kept!) : x!, change), mean, square]
      })
      const variables = [param, a.m[i]!, a.v[i]!]
      variables.forEach((variable, j) => {
        variable.assign(updated[j]!)
      })
      tf.dispose(updated)
    })
  }
}

function scalar(value: number): HostValues {
  return { values: Float32Array.of(value), shape: [] }
}

export function squaredNormsKernel(programs: Programs): SquaredNormsKernel {
  return tensors => {
    if (tensors.length === 0) return []
    const scalar = { shape: [], dtype: 'float32' as const }
    const [norms] = programs.run('squaredNorms', tensors, (p, ...tensors) => {
      // L2Loss is half the sum of the squares.
      const halves = tensors.map(tensor => p.op('L2Loss', [tensor], { T: { type: 'float32' } }, scalar))
      return [o.mul(p, o.pack(p, halves), 2)]
    })
    // One read of the device for all of them.
    return [...norms!.dataSync()]
  }
}
