import { tf } from '../tf.ts'
import { kernel } from './dispatch.ts'
import type { AdamWStep } from './kernels.ts'
import { expectShape, ShapeError } from './shapes.ts'

/**
 * One step of AdamW (Loshchilov and Hutter 2019) over all parameters, in place. With g = grad * gradScale and step t:
 *
 *     p -= learningRate * weightDecay * p
 *     m  = beta1 * m + (1 - beta1) * g
 *     v  = beta2 * v + (1 - beta2) * g²
 *     p -= learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 */
export function adamWUpdate(a: AdamWStep): void {
  a.params.forEach((param, i) => {
    for (const [name, group] of [
      ['grads', a.grads],
      ['m', a.m],
      ['v', a.v],
    ] as const) {
      const tensor = group[i]
      if (!tensor)
        throw new ShapeError(`adamWUpdate: ${name} has ${group.length} tensors for ${a.params.length} parameters`)
      expectShape('adamWUpdate', `${name}[${i}]`, tensor, param.shape)
    }
  })
  if (a.weightDecay.length !== a.params.length) {
    throw new ShapeError(
      `adamWUpdate: weightDecay has ${a.weightDecay.length} values for ${a.params.length} parameters`,
    )
  }
  tf.tidy(() => kernel('adamW')({ ...a, gradScale: a.gradScale ?? 1 }))
}
